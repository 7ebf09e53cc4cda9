import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Deployment, deploymentSchema, environmentSchema, jsonSchema, productSchema } from "@infra/inventory";
import { runStackCode } from "./deployment/stack-code.js";
import { loadStack } from "./deployment/stacks.js";

/**
 * Writes the JSON Schemas of the inventory's files to `<root>/.infra/schemas`, for editors: `product`, `environment`, and one
 * per stack in use.
 *
 * @returns the files
 */
export function writeEditorSchemas(root: string, deployments: readonly Deployment[]): string[] {
  const folder = join(root, ".infra", "schemas");
  mkdirSync(folder, { recursive: true });
  const stacks = new Map(deployments.map((deployment) => [deployment.stack, deployment]));
  const schemas = new Map<string, object>([
    ["product", jsonSchema(productSchema)],
    ["environment", jsonSchema(environmentSchema)],
    ...[...stacks].map(([stack, deployment]) => {
      const { config } = runStackCode(() => loadStack(deployment, root));
      return [stack, jsonSchema(deploymentSchema.extend({ config: config.optional() }))] as const;
    }),
  ]);
  return [...schemas].map(([name, schema]) => {
    const file = join(folder, `${name.replaceAll(/[^a-z0-9-]+/g, "-")}.schema.json`);
    writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
    return file;
  });
}

import type { Construct, DeploymentStack, Synthesis, TerraformConfiguration } from "@infra/core";
import type { ProviderName } from "@infra/inventory";
import { synthesizeIn } from "@infra/core/testing";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ModuleKind, ScriptTarget, transpileModule } from "typescript";
import type { ModuleCase } from "./modules/index.js";

const repository = join(__dirname, "../../..");

/** What an example's file exports: how to build it, with what it needs of other modules. */
interface ExampleFile {
  example(stack: DeploymentStack, peers: object): Construct;
}

/** Synthesizes an example of a module for a cloud, with the modules that it needs. */
export async function synthesizeExample(each: ModuleCase, name: string, provider: ProviderName): Promise<Synthesis> {
  const { example } = loadExample(join(repository, each.folder, "examples", `${name}.ts`));
  return synthesizeIn(provider, (stack) => ({ id: example(stack, each.peers(stack)).node.id }));
}

/** The configuration, with what other deployments put out in the place of a run that hands it over. */
export function withOutputs(
  { outputs = {} }: ModuleCase,
  { configuration, references }: Synthesis,
): TerraformConfiguration {
  if (references.size === 0) return configuration;
  const values = [...references].map(
    ([name, reference]) => [name, { default: outputs[reference.toString()] }] as const,
  );
  return { ...configuration, variable: Object.fromEntries(values) };
}

const loaded = new Map<string, ExampleFile>();

/** Compiles and runs an example, so that programs need no loader of TypeScript. */
function loadExample(path: string): ExampleFile {
  const known = loaded.get(path);
  if (known) return known;
  const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2023 };
  const { outputText } = transpileModule(readFileSync(path, "utf8"), { compilerOptions, fileName: path });
  const exported: Partial<ExampleFile> = {};
  new Function("require", "exports", outputText)(createRequire(path), exported);
  if (!exported.example) throw new Error(`${path} exports no function "example"`);
  loaded.set(path, exported as ExampleFile);
  return exported as ExampleFile;
}

import { createRequire } from "node:module";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Deployment, InfraError, locatedAt, readInventoryFile, stackPackage, suggest } from "@infra/inventory";
import { isStackDefinition, type StackDefinition } from "@infra/core";

/**
 * Loads the stack of a deployment from the workspace.
 *
 * @throws InfraError when it is not installed, or is no stack.
 */
export function loadStack(deployment: Deployment, root: string): StackDefinition {
  const name = stackPackage(deployment.stack);
  const require = createRequire(join(root, "package.json"));
  const request = name.startsWith(".") ? resolve(root, name) : name;
  let resolved: string;
  try {
    resolved = require.resolve(request);
  } catch (error) {
    if (!["MODULE_NOT_FOUND", "ERR_PACKAGE_PATH_NOT_EXPORTED"].includes((error as NodeJS.ErrnoException).code ?? ""))
      throw error;
    throw notInstalled(deployment, name, root);
  }
  const loaded = require(resolved) as { default?: unknown };
  const definition = loaded.default ?? loaded;
  if (isStackDefinition(definition)) return definition;
  throw stackError(
    deployment,
    `${JSON.stringify(name)} is not a stack`,
    "Export the result of defineStack as its default",
  );
}

function notInstalled(deployment: Deployment, name: string, root: string): InfraError {
  const installed = installedStacks(root);
  const near = suggest(deployment.stack, installed);
  const remedy = name.startsWith(".")
    ? "Create it, or correct the path"
    : `${near.startsWith("Did") ? `${near} Otherwise: ` : "Install it: "}npm install ${name}`;
  return stackError(deployment, `the stack ${JSON.stringify(deployment.stack)} is not installed`, remedy);
}

function installedStacks(root: string): string[] {
  try {
    return readdirSync(join(root, "node_modules", "@infra")).flatMap((name) =>
      name.startsWith("stack-") ? [name.slice("stack-".length)] : [],
    );
  } catch {
    return [];
  }
}

function stackError(deployment: Deployment, message: string, remedy: string): InfraError {
  const { file } = deployment;
  // Without `stack:` the name of the file says which.
  const place = locatedAt(readInventoryFile(file), ["stack"])?.place ?? { file, line: 1, column: 1 };
  return new InfraError([{ message, remedy, path: "stack", place }]);
}

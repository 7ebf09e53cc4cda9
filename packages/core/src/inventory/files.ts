import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { infraError, InfraError, type Problem } from "../errors.js";
import { isName } from "../name-rule.js";
import { type Located, parseDocument } from "./document.js";

/** The file of the product's settings, in the inventory folder. */
export const productFile = "product.yaml";

/** The file of an environment's settings, in the environment's folder. */
export const environmentFile = "environment.yaml";

/** One file that declares a deployment. */
export interface DeploymentFile {
  /** `production/compute`, as commands take it. */
  readonly id: string;
  readonly environment: string;
  /** The file's name without its ending. */
  readonly name: string;
  /** Path of the file. */
  readonly file: string;
}

/** The files of an inventory folder that declare deployments, sorted by id, and what is wrong with their names. */
export function findDeploymentFiles(directory: string): { files: DeploymentFile[]; problems: Problem[] } {
  if (!existsSync(join(directory, productFile))) {
    throw infraError(
      `${join(directory, productFile)} does not exist`,
      "Run in the folder of a product, or name its inventory with --inventory <folder>",
    );
  }
  const problems: Problem[] = [];
  const problem = (file: string, message: string, remedy: string): void => {
    problems.push({ message, remedy, place: { file, line: 1, column: 1 } });
  };
  const ignored = (file: string, remedy: string): void => {
    problem(file, `${JSON.stringify(basename(file))} would be ignored`, remedy);
  };
  const files: DeploymentFile[] = [];
  for (const { name: environment, isFolder } of entriesOf(directory)) {
    const folder = join(directory, environment);
    // Where the inventory is the root of the product, other files belong beside it.
    if (!isFolder && isYaml(environment) && environment !== productFile && !existsSync(join(directory, "package.json")))
      ignored(folder, `Move it into the folder of an environment: <environment>/${environment}`);
    for (const { name: base, isFolder: isNested } of isFolder ? entriesOf(folder) : []) {
      const file = join(folder, base);
      const name = deploymentName(base);
      if (isNested) {
        for (const nested of readdirSync(file).filter(isYaml))
          ignored(join(file, nested), "Move it up: environments have no folders, <environment>/<deployment>.yaml");
      } else if (name === undefined) {
        if (base.endsWith(".yml")) ignored(file, "Rename it: inventory files end in .yaml");
      } else {
        for (const word of [environment, name])
          if (!isName(word))
            problem(
              file,
              `${JSON.stringify(word)} is not a name`,
              "Rename it: lower-case letters, digits and single dashes, 40 at most",
            );
        files.push({ id: `${environment}/${name}`, environment, name, file });
      }
    }
  }
  return { files: files.sort((a, b) => (a.id < b.id ? -1 : 1)), problems };
}

/** What a folder holds, without what is hidden; a link to a folder is none. */
function entriesOf(folder: string): { name: string; isFolder: boolean }[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith("."))
    .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
}

function isYaml(base: string): boolean {
  return /^[^.].*\.ya?ml$/.test(base);
}

/** The deployment that a file name stands for: `compute` for `compute.yaml`; undefined for any other file. */
export function deploymentName(base: string): string | undefined {
  return base.endsWith(".yaml") && base !== environmentFile && !base.startsWith(".")
    ? base.slice(0, -".yaml".length)
    : undefined;
}

/** Reads one inventory file. @throws InfraError when it is missing or no YAML map. */
export function readInventoryFile(file: string): Located {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new InfraError([
      {
        message: `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
        remedy: "Create the file, or make it readable",
      },
    ]);
  }
  return parseDocument(file, bytes);
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
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
  const files = readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .flatMap(({ name: environment }) =>
      readdirSync(join(directory, environment)).map((base) => ({ environment, base })),
    )
    .flatMap(({ environment, base }): DeploymentFile[] => {
      const file = join(directory, environment, base);
      const name = deploymentName(base);
      if (name === undefined) {
        if (base.endsWith(".yml"))
          problems.push({
            message: `${JSON.stringify(base)} would be ignored`,
            remedy: "Rename it: inventory files end in .yaml",
            place: { file, line: 1, column: 1 },
          });
        return [];
      }
      for (const word of [environment, name]) {
        if (!isName(word))
          problems.push({
            message: `${JSON.stringify(word)} is not a name`,
            remedy: "Rename it: lower-case letters, digits and single dashes, 40 at most",
            place: { file, line: 1, column: 1 },
          });
      }
      return [{ id: `${environment}/${name}`, environment, name, file }];
    });
  return { files: files.sort((a, b) => (a.id < b.id ? -1 : 1)), problems };
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

import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { infraError, InfraError, type Problem } from "./errors.js";
import { isName } from "./name-rule.js";
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
  if (lstatSync(directory).isSymbolicLink()) throw new InfraError([linked(directory)]);
  const entries = entriesOf(directory).map((entry) => ({
    ...entry,
    entries: entry.isFolder ? entriesOf(join(directory, entry.name)) : [],
  }));
  const files = entries.flatMap(({ name: environment, entries: inside }) =>
    inside.flatMap((entry) => deploymentFile(directory, environment, entry) ?? []),
  );
  const problems = entries.flatMap(({ entries: inside, ...entry }) => {
    const links = problemOfLink(directory, entry, declares);
    if (links.length > 0) return links;
    return entry.isFolder
      ? inside.flatMap((each) => problemsOfEntry(directory, entry.name, each))
      : problemsBeside(directory, entry.name);
  });
  const sorted = files.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { files: sorted, problems: [...problems, ...findNamesakes(sorted)] };
}

/** `production/eu-web` and `production-eu/web` would give their resources, and their Nx projects, the same names. */
function findNamesakes(files: readonly DeploymentFile[]): Problem[] {
  const known = new Map<string, DeploymentFile>();
  return files.flatMap((each) => {
    const name = `${each.environment}-${each.name}`;
    const other = known.get(name);
    if (!other) return known.set(name, each) && [];
    return [
      {
        message: `${each.id} and ${other.id} would give their resources the same names, ${name}-…`,
        remedy: "Rename one of the two files, or its environment",
        place: { file: each.file, line: 1, column: 1 },
      },
    ];
  });
}

/**
 * The links of an inventory folder that commands refuse: the folder itself, environments and files. Nx sees none of them, and would
 * plan less than a command without a word.
 */
export function linksIn(directory: string): Problem[] {
  const own = lstatSync(directory, { throwIfNoEntry: false });
  if (own?.isSymbolicLink()) return [linked(directory)];
  if (!own?.isDirectory()) return [];
  return entriesOf(directory).flatMap((entry) => {
    const folder = join(directory, entry.name);
    return entry.isFolder
      ? entriesOf(folder).flatMap((each) => problemOfLink(folder, each, isFolderAt))
      : problemOfLink(directory, entry, declares);
  });
}

/** What is wrong with a link, when it leads to something of the inventory. @param isOurs Whether a folder behind it is meant */
function problemOfLink(folder: string, { name, isLink }: Entry, isOurs: (path: string) => boolean): Problem[] {
  const path = join(folder, name);
  return isLink && (isYaml(name) || isOurs(path)) ? [linked(path)] : [];
}

/** A link would be followed by some tools and not by others: Nx sees neither it nor changes behind it. */
function linked(file: string): Problem {
  return {
    message: `${file} is a symbolic link, which Nx does not follow`,
    remedy: "Replace it with a copy, or share settings through product.yaml and environment.yaml",
    place: { file, line: 1, column: 1 },
  };
}

/** What an entry of an environment's folder declares. @returns undefined when that is no deployment */
function deploymentFile(
  directory: string,
  environment: string,
  { name: base, isFolder }: Entry,
): DeploymentFile | undefined {
  const name = isFolder ? undefined : deploymentName(base);
  if (name === undefined) return undefined;
  return { id: `${environment}/${name}`, environment, name, file: join(directory, environment, base) };
}

/** What is wrong with the name or the place of an entry of an environment's folder. */
function problemsOfEntry(directory: string, environment: string, entry: Entry): Problem[] {
  const { name: base, isFolder, isLink } = entry;
  const file = join(directory, environment, base);
  if (isLink) return problemOfLink(join(directory, environment), entry, isFolderAt);
  if (isFolder)
    return readdirSync(file)
      .filter(isYaml)
      .map((nested) =>
        ignored(join(file, nested), "Move it up: environments have no folders, <environment>/<deployment>.yaml"),
      );
  const name = deploymentName(base);
  if (name === undefined)
    return isYaml(base) && base !== environmentFile ? [ignored(file, "Rename it: inventory files end in .yaml")] : [];
  return [environment, name]
    .filter((word) => !isName(word))
    .map((word) => ({
      message: `${JSON.stringify(word)} is not a name`,
      remedy: "Rename it: lower-case letters, digits and single dashes, 40 at most",
      place: { file, line: 1, column: 1 },
    }));
}

/** What is wrong with a file beside product.yaml. Where the inventory is the root of the product, other files belong there. */
function problemsBeside(directory: string, base: string): Problem[] {
  if (!isYaml(base) || base === productFile || existsSync(join(directory, "package.json"))) return [];
  return [ignored(join(directory, base), `Move it into the folder of an environment: <environment>/${base}`)];
}

function ignored(file: string, remedy: string): Problem {
  const message = `${JSON.stringify(basename(file))} would be ignored`;
  return { message, remedy, place: { file, line: 1, column: 1 } };
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly isLink: boolean;
}

/** Is it a folder, also behind a link? A link that leads nowhere is none. */
function isFolderAt(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Is it a folder with inventory files, also behind a link? */
function declares(path: string): boolean {
  return isFolderAt(path) && readdirSync(path).some(isYaml);
}

/** What a folder holds, without what is hidden; a link to a folder is none. */
function entriesOf(folder: string): Entry[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith("."))
    .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory(), isLink: entry.isSymbolicLink() }));
}

function isYaml(base: string): boolean {
  return /^[^.].*\.ya?ml$/i.test(base);
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

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";

/** What is read of a package. */
export interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
}

/** A package of the repository. */
export interface Workspace {
  /** Relative to the repository. */
  readonly folder: string;
  readonly manifest: PackageManifest;
}

/** Every package of a repository, by its list of workspaces. */
export function workspacesOf(repository: string): Workspace[] {
  return readJson<{ workspaces: string[] }>(join(repository, "package.json"))
    .workspaces.flatMap((pattern) => (pattern.endsWith("/*") ? foldersIn(repository, dirname(pattern)) : [pattern]))
    .filter((folder) => existsSync(join(repository, folder, "package.json")))
    .map((folder) => ({ folder, manifest: readJson<PackageManifest>(join(repository, folder, "package.json")) }));
}

/** The packages that are published. */
export function publishablePackages(repository: string): Workspace[] {
  return workspacesOf(repository).filter(({ manifest }) => manifest.private !== true);
}

/** Publishes packages, several at once. @param env Says where to */
export async function publish(
  repository: string,
  packages: readonly Workspace[],
  env: NodeJS.ProcessEnv,
  tag = "latest",
): Promise<void> {
  const queue = [...packages];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift())
      await execa("npm", ["publish", "--ignore-scripts", "--no-provenance", "--tag", tag], {
        cwd: join(repository, next.folder),
        env: { ...env, npm_config_loglevel: "error" },
      });
  };
  await Promise.all(Array.from({ length: 4 }, work));
}

/**
 * Releases a patch of one package, with a copy of the repository: a changeset raises it and all that depend on it, as every release.
 *
 * @param copy An empty folder
 * @param change Changes the package's folder in the copy
 * @returns the packages with new versions, in the copy
 */
export async function patch(
  repository: string,
  copy: string,
  name: string,
  change: (folder: string) => void,
): Promise<Workspace[]> {
  const before = workspacesOf(repository);
  mkdirSync(join(copy, ".changeset"), { recursive: true });
  for (const file of ["package.json", ".npmrc", ".changeset/config.json"])
    cpSync(join(repository, file), join(copy, file));
  symlinkSync(join(repository, "node_modules"), join(copy, "node_modules"));
  for (const { folder } of before)
    cpSync(join(repository, folder), join(copy, folder), {
      recursive: true,
      filter: (path) => !/\/(node_modules|src)$/.test(path),
    });
  const target = before.find(({ manifest }) => manifest.name === name);
  if (!target) throw new Error(`${name} is no package of ${repository}`);
  change(join(copy, target.folder));
  writeFileSync(join(copy, ".changeset/patch.md"), `---\n"${name}": patch\n---\n\nA patch.\n`);
  await execa("git", ["init", "--quiet", "--initial-branch=main"], { cwd: copy });
  await execa(process.execPath, [require.resolve("@changesets/cli/bin.js"), "version"], { cwd: copy });
  const versions = new Map(before.map(({ manifest }) => [manifest.name, manifest.version]));
  return publishablePackages(copy).filter(({ manifest }) => versions.get(manifest.name) !== manifest.version);
}

function foldersIn(repository: string, folder: string): string[] {
  if (!existsSync(join(repository, folder))) return [];
  const entries = readdirSync(join(repository, folder), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${folder}/${name}`)
    .sort();
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, "utf8")) as T;
}

import type { Tree } from "@nx/devkit";
import { infraError } from "@infra/inventory";
import { z } from "zod";
import { type PackageManagerName, packageManagerNames, packageManagers } from "./package-managers.js";

/** Where a product's changes are checked. */
export type CiSystem = "github" | "gitlab";

/** The `infra` section of a product's package.json: what the template must know to keep its files. */
export interface InfraSection {
  /** Folder of the inventory. @default "inventory" */
  readonly inventory?: string;
  /** @default - none */
  readonly ci?: readonly CiSystem[];
  /** The branch that changes are merged into. @default "main" */
  readonly base?: string;
  /** Channel of updates: `stable`, `next`, or the name of a tested set. @default "stable" */
  readonly profile?: string;
  /** @default - the one whose lock file is there, else npm */
  readonly packageManager?: PackageManagerName;
  /** The version of @infra/product whose migrations have run. @default - the pinned one */
  readonly migrated?: string;
}

/** What is read and written of a product's package.json. */
export interface Manifest {
  readonly name: string;
  readonly infra?: InfraSection;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

const pins = z.record(z.string(), z.string()).optional();
const manifestSchema = z.object({
  infra: z.object({
    inventory: z.string().optional(),
    ci: z.array(z.enum(["github", "gitlab"])).optional(),
    base: z.string().optional(),
    profile: z.string().optional(),
    packageManager: z.enum(packageManagerNames).optional(),
    migrated: z.string().optional(),
  }),
  dependencies: pins,
  devDependencies: pins,
});

/** Reads the package.json of a product. @throws InfraError when there is none, or it is no product's */
export function readManifest(tree: Tree, folder = "."): Manifest {
  const file = at(folder, "package.json");
  const text = tree.read(file, "utf8");
  const remedy = "Run in the folder of a product; nx g @infra/product:new <name> makes one";
  if (text === null) throw infraError(`${file} does not exist, so this is no product`, remedy);
  let manifest: Manifest;
  try {
    manifest = JSON.parse(text) as Manifest;
  } catch (error) {
    throw infraError(`${file} is not JSON: ${(error as Error).message}`, "Correct it");
  }
  if (!z.object({ infra: z.object({}) }).safeParse(manifest).success)
    throw infraError(`${file} has no section "infra", so this is no product`, remedy);
  const wrong = manifestSchema.safeParse(manifest).error?.issues[0];
  if (wrong) throw infraError(`${file}: ${wrong.path.map(String).join(".")} is wrong: ${wrong.message}`, "Correct it");
  return manifest;
}

/** Writes package.json with the key order and the indentation that it has; a manifest that says the same is left as it is. */
export function writeManifest(tree: Tree, manifest: Manifest, folder = "."): void {
  const file = at(folder, "package.json");
  const text = tree.read(file, "utf8");
  if (text !== null && JSON.stringify(JSON.parse(text)) === JSON.stringify(manifest)) return;
  const [, indentation = "  "] = /^\{\r?\n([ \t]+)/.exec(text ?? "") ?? [];
  tree.write(file, `${JSON.stringify(manifest, null, indentation)}\n`);
}

/** The package manager of a product: what package.json says, else the one whose lock file is there, else npm. */
export function packageManagerOf(tree: Tree, { infra = {} }: Manifest): PackageManagerName {
  return (
    infra.packageManager ?? packageManagerNames.find((name) => tree.exists(packageManagers[name].lockFile)) ?? "npm"
  );
}

/** Adds pins that are missing, sorted; a package that is pinned keeps its version. @returns the names that were added */
export function addPins(tree: Tree, pins: Readonly<Record<string, string>>): string[] {
  const manifest = readManifest(tree);
  const known = { ...manifest.dependencies, ...manifest.devDependencies };
  const added = Object.keys(pins).filter((name) => known[name] === undefined);
  if (added.length === 0) return [];
  const dependencies = {
    ...manifest.dependencies,
    ...Object.fromEntries(added.map((name) => [name, pins[name] ?? ""])),
  };
  writeManifest(tree, { ...manifest, dependencies: sorted(dependencies) });
  return added;
}

/** The same entries in the order of their keys. */
export function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A path inside a folder of the tree. */
export function at(folder: string, path: string): string {
  return folder === "." ? path : `${folder}/${path}`;
}

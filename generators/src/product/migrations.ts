import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Tree } from "@nx/devkit";
import { compareVersions } from "./versions.js";

/** What the file `migration.ts` of a migration exports. */
export interface MigrationModule {
  /** What it does, for the user: "renames `size` to `kind` in compute". */
  readonly description: string;
  /** Changes what has exactly the old shape, and leaves everything else: a second run changes nothing. */
  readonly default: (tree: Tree) => void | Promise<void>;
}

/** A step from one version of the template to the next, in `migrations/<version>/<nn>-<name>/`. */
export interface Migration {
  /** The version that needs it. */
  readonly version: string;
  /** `01-rename-size`: its place among the migrations of its version. */
  readonly name: string;
  readonly folder: string;
}

const own = join(__dirname, "../migrations");

/** All migrations, in their order. @param folder @default - this package's own */
export function findMigrations(folder = own): Migration[] {
  if (!existsSync(folder)) return [];
  return folders(folder)
    .filter((name) => /^\d+\.\d+\.\d+$/.test(name))
    .sort(compareVersions)
    .flatMap((version) =>
      folders(join(folder, version)).map((name) => ({ version, name, folder: join(folder, version, name) })),
    );
}

/** The migrations of versions after one, up to and with another. */
export function pendingMigrations(after: string, upTo: string, folder?: string): Migration[] {
  return findMigrations(folder).filter(
    ({ version }) => compareVersions(version, after) > 0 && compareVersions(version, upTo) <= 0,
  );
}

/** Runs a migration. @returns what it does, and whether it changed anything */
export async function runMigration(
  tree: Tree,
  { folder }: Migration,
): Promise<{ description: string; changed: boolean }> {
  const module = require(join(folder, "migration.js")) as MigrationModule;
  const before = stateOf(tree);
  await module.default(tree);
  return { description: module.description, changed: stateOf(tree) !== before };
}

function stateOf(tree: Tree): string {
  return JSON.stringify(tree.listChanges().map(({ type, path, content }) => [type, path, content?.toString("base64")]));
}

function folders(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

import type { Tree } from "@nx/devkit";
import { pinsIn } from "./bumps.js";
import { readManifest, writeManifest } from "./manifest.js";
import { type Migration, pendingMigrations, runMigration } from "./migrations.js";
import { type Healed, healOwned } from "./owned.js";
import { ownManifest } from "./template.js";

/** What the second half of an update did. */
export interface Finished {
  readonly migrations: readonly {
    readonly migration: Migration;
    readonly description: string;
    readonly changed: boolean;
  }[];
  readonly healed: readonly Healed[];
  /** Did a migration change the pins? They must be installed. */
  readonly pinsChanged: boolean;
}

/**
 * The second half of an update, by the version that the product has now: its migrations in their order, then the files that the
 * template keeps. The version is recorded last, so an interrupted update goes on where it was.
 *
 * @param migrations Folder of the migrations. @default - this package's own
 */
export async function finishUpdate(tree: Tree, migrations?: string): Promise<Finished> {
  const { infra = {}, ...before } = readManifest(tree);
  const { version } = ownManifest();
  const done: Finished["migrations"][number][] = [];
  for (const migration of pendingMigrations(infra.migrated ?? version, version, migrations))
    done.push({ migration, ...(await runMigration(tree, migration)) });
  const after = readManifest(tree);
  writeManifest(tree, { ...after, infra: { ...after.infra, migrated: version } });
  const pinsChanged = JSON.stringify(pinsIn(before)) !== JSON.stringify(pinsIn(after));
  return { migrations: done, healed: healOwned(tree, after), pinsChanged };
}

/** What the user reads of it. */
export function describeFinished({ migrations, healed }: Finished): string {
  const lines = [
    ...migrations.map(
      ({ migration, description, changed }) =>
        `MIGRATE ${migration.version} ${description}${changed ? "" : " (nothing to do)"}`,
    ),
    ...describeHealed(healed),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** One line per file that was restored. */
export function describeHealed(healed: readonly Healed[]): string[] {
  return healed.map(({ group, path, was }) =>
    was === "missing"
      ? `WRITE ${path} (${group})`
      : `RESTORE ${path} (${group}: the template keeps it, and it was different)`,
  );
}

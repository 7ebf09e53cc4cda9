import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { flushChanges, FsTree } from "nx/src/generators/tree";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { filesBelow, migrationFolders, problemsOfMigrations } from "../../test/migrations.js";
import { findMigrations, type Migration, pendingMigrations, runMigration } from "./migrations.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "migrations-"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Runs a migration on a folder. */
async function migrate(migration: Migration): Promise<boolean> {
  const tree = new FsTree(root, false);
  const { changed } = await runMigration(tree, migration);
  flushChanges(root, tree.listChanges());
  return changed;
}

// What the template ships runs from dist; its fixtures lie beside the source.
const all = migrationFolders.flatMap(({ source, built }) =>
  findMigrations(source).map((migration) => ({
    ...migration,
    source: migration.folder,
    folder: migration.folder.replace(source, built),
  })),
);

describe.each(all.map((migration) => [`${migration.version}/${migration.name}`, migration] as const))(
  "migration %s",
  (_, { source, ...migration }) => {
    it("turns what was into what is", async () => {
      cpSync(join(source, "before"), root, { recursive: true });
      await migrate(migration);
      expect(filesBelow(root)).toEqual(filesBelow(join(source, "after")));
    });

    it("changes nothing when it runs again", async () => {
      cpSync(join(source, "before"), root, { recursive: true });
      await migrate(migration);
      expect(await migrate(migration)).toBe(false);
      expect(filesBelow(root)).toEqual(filesBelow(join(source, "after")));
    });
  },
);

describe("every migration", () => {
  it.each(migrationFolders.map(({ source }) => source))("has what tests it: %s", (folder) => {
    expect(problemsOfMigrations(folder)).toEqual([]);
  });

  it("would be refused without a fixture, with one that shows nothing, and with a name that has no place in the order", () => {
    for (const path of ["0.2.0/01-bare", "0.2.0/02-idle", "0.2.0/02-twice", "0.2.0/late", "next/01-x"])
      mkdirSync(join(root, path), { recursive: true });
    for (const path of ["02-idle", "02-twice"]) {
      const folder = join(root, "0.2.0", path);
      writeFileSync(join(folder, "migration.js"), "");
      for (const [state, text] of Object.entries({ before: "a", after: path === "02-idle" ? "a" : "b" })) {
        mkdirSync(join(folder, state));
        writeFileSync(join(folder, state, "package.json"), text);
      }
    }
    expect(problemsOfMigrations(root)).toEqual([
      "0.2.0/01-bare has no migration.ts",
      "0.2.0/01-bare has no fixture before/",
      "0.2.0/01-bare has no fixture after/",
      "0.2.0/02-idle: before/ and after/ are the same, so nothing is shown",
      "0.2.0/02-twice has the number of 0.2.0/02-idle",
      "0.2.0/late is not named <nn>-<name>",
      "next is no version",
    ]);
  });
});

describe("migrations", () => {
  function add(...paths: string[]): void {
    for (const path of paths) {
      mkdirSync(join(root, path), { recursive: true });
      writeFileSync(join(root, path, "migration.js"), "");
    }
  }

  const names = (migrations: readonly Migration[]) => migrations.map(({ version, name }) => `${version}/${name}`);

  it("come by version, then by number", () => {
    add("0.10.0/01-c", "0.2.0/02-b", "0.2.0/01-a", "not-a-version/01-x");
    expect(names(findMigrations(root))).toEqual(["0.2.0/01-a", "0.2.0/02-b", "0.10.0/01-c"]);
  });

  it("are pending after the version that ran last, up to the one that is installed", () => {
    add("0.1.0/01-a", "0.2.0/01-b", "0.3.0/01-c", "0.4.0/01-d");
    expect(names(pendingMigrations("0.1.0", "0.3.0", root))).toEqual(["0.2.0/01-b", "0.3.0/01-c"]);
    expect(pendingMigrations("0.3.0", "0.3.0", root)).toEqual([]);
  });
});

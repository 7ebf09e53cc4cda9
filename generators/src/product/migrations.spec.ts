import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { flushChanges, FsTree } from "nx/src/generators/tree";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findMigrations, type Migration, pendingMigrations, runMigration } from "./migrations.js";

const fixtures = join(__dirname, "../../test/fixtures/migrations");
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "migrations-"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Every file of a folder, by its path. */
function files(folder: string): Record<string, string> {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    found.map(({ parentPath, name }) => [
      join(parentPath, name).slice(folder.length),
      readFileSync(join(parentPath, name), "utf8"),
    ]),
  );
}

/** Runs a migration on a folder. */
async function migrate(migration: Migration): Promise<boolean> {
  const tree = new FsTree(root, false);
  const { changed } = await runMigration(tree, migration);
  flushChanges(root, tree.listChanges());
  return changed;
}

// What the template ships lies in dist; its fixtures lie beside the source.
const all = [...findMigrations(), ...findMigrations(fixtures)];

describe.each(all.map((migration) => [`${migration.version}/${migration.name}`, migration] as const))(
  "migration %s",
  (_, migration) => {
    const source = migration.folder.replace("/dist/", "/src/");

    it("turns what was into what is", async () => {
      cpSync(join(source, "before"), root, { recursive: true });
      await migrate(migration);
      expect(files(root)).toEqual(files(join(source, "after")));
    });

    it("changes nothing when it runs again", async () => {
      cpSync(join(source, "before"), root, { recursive: true });
      await migrate(migration);
      expect(await migrate(migration)).toBe(false);
      expect(files(root)).toEqual(files(join(source, "after")));
    });
  },
);

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

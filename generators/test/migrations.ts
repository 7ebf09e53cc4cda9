import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** Migrations of a template that never was, in all versions that the tests know. */
export const fixtures = resolve(__dirname, "fixtures/migrations");

/** Where migrations lie, and where they are built to. */
export const migrationFolders = [
  { source: resolve(__dirname, "../src/migrations"), built: resolve(__dirname, "../dist/migrations") },
  { source: fixtures, built: fixtures },
] as const;

/** Every file of a folder with its text, by its path. */
export function filesBelow(folder: string): Record<string, string> {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    found.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length + 1), readFileSync(path, "utf8")];
    }),
  );
}

/** What migrations lack: each needs its place in the order, and a fixture that shows what it does. */
export function problemsOfMigrations(folder: string): string[] {
  return foldersIn(folder).flatMap((version) => {
    if (!/^\d+\.\d+\.\d+$/.test(version)) return [`${version} is no version`];
    const names = foldersIn(join(folder, version));
    return names.flatMap((name, index) => [
      ...problemsOfOrder(version, name, names.slice(0, index)),
      ...problemsOfFixture(join(folder, version, name), `${version}/${name}`),
    ]);
  });
}

function problemsOfOrder(version: string, name: string, earlier: readonly string[]): string[] {
  if (!/^\d\d-[a-z][a-z0-9-]*$/.test(name)) return [`${version}/${name} is not named <nn>-<name>`];
  const same = earlier.find((each) => each.slice(0, 3) === name.slice(0, 3));
  return same ? [`${version}/${name} has the number of ${version}/${same}`] : [];
}

function problemsOfFixture(folder: string, name: string): string[] {
  if (!/\/\d\d-[^/]+$/.test(name)) return [];
  const states = ["before", "after"].map((state) => ({ state, path: join(folder, state) }));
  const missing = states.filter(({ path }) => !existsSync(path) || Object.keys(filesBelow(path)).length === 0);
  const texts = missing.length > 0 ? [] : states.map(({ path }) => JSON.stringify(filesBelow(path)));
  return [
    ...(["ts", "js"].some((suffix) => existsSync(join(folder, `migration.${suffix}`)))
      ? []
      : [`${name} has no migration.ts`]),
    ...missing.map(({ state }) => `${name} has no fixture ${state}/`),
    ...(texts.length > 0 && texts[0] === texts[1]
      ? [`${name}: before/ and after/ are the same, so nothing is shown`]
      : []),
  ];
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

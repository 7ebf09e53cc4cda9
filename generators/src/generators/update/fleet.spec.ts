import { FsTree } from "nx/src/generators/tree";
import { logger, type Tree } from "@nx/devkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { atLeast, fleet, type FleetProduct, ownFiles, pastVersions } from "../../../test/fleet.js";
import { fixtures } from "../../../test/migrations.js";
import type { Manifest } from "../../product/manifest.js";
import { findMigrations } from "../../product/migrations.js";
import type { Registry } from "../../product/registry.js";
import { installedVersion, ownManifest } from "../../product/template.js";
import newGenerator from "../new/new.js";
import updateGenerator from "./update.js";

const { version: present, "nx-migrations": tested } = ownManifest();

/** The channel `stable`, as it is today. */
const registry: Registry = (spec) => {
  const [, name = "", tag] = /^(@infra\/[^@]+)@(.+)$/.exec(spec) ?? [];
  if (tag !== "latest") return Promise.resolve(undefined);
  const version = installedVersion(name, __dirname) ?? present;
  return Promise.resolve(name === "@infra/product" ? { version, "nx-migrations": tested } : { version });
};

/** The files that the template keeps, by the one list that does not come from the code. */
const kept =
  /^(?:Makefile|\.nvmrc|\.editorconfig|renovate\.json|\.vscode\/.*|\.devcontainer\/.*|\.github\/workflows\/infra\.yaml|\.gitlab-ci\.yml)$/;

let told: string[];
beforeEach(() => {
  told = [];
  vi.spyOn(logger, "info").mockImplementation((line: string) => void told.push(...line.split("\n")));
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A tree with nothing in it, in memory. */
function emptyTree(): Tree {
  return new FsTree("/nothing-is-here", false);
}

function filesOf(tree: Tree): Record<string, string> {
  const changes = tree.listChanges().filter(({ type }) => type !== "DELETE");
  return Object.fromEntries(changes.map(({ path, content }) => [path, content?.toString() ?? ""]));
}

/** What the template writes today for the choices of a product: the files that it keeps, and package.json. */
async function freshFiles({ name, ci, provider, account, packageManager }: FleetProduct) {
  const tree = emptyTree();
  const both = ci.length === 2 ? "both" : (ci[0] ?? "none");
  const chosen = { name, provider, packageManager, ci: both, ...(account ? { account } : {}) };
  await newGenerator(tree, { ...chosen, directory: ".", skipInstall: true });
  const files = filesOf(tree);
  const owned = Object.entries(files).filter(([path]) => kept.test(path));
  return { owned, manifest: JSON.parse(files["package.json"] ?? "") as Manifest };
}

/** package.json with what the product added to it. @param version What the pins and the migrations are at */
function manifestOf({ inventory, indentation, habits }: FleetProduct, fresh: Manifest, version: string): string {
  const past = version !== present;
  const pins = Object.entries(fresh.dependencies ?? {}).map(([name, pin]): [string, string] => [
    name,
    past ? (name.startsWith("@infra/") ? "0.0.1" : "0.1.0") : pin,
  ]);
  const dependencies = {
    ...(atLeast(version, "0.0.3") ? {} : { "cdktf-cli": "0.20.0" }),
    ...Object.fromEntries(pins),
    "left-pad": "1.3.0",
  };
  const own = { scripts: { ours: "echo 'ours'" }, dependencies, workspaces: [`packages/${String(habits)}`] };
  const manifest = { ...fresh, ...own, infra: { ...fresh.infra, inventory, migrated: version } };
  return `${JSON.stringify(manifest, null, indentation)}\n`;
}

/** How a file that the template keeps may be found: as an older version wrote it, edited, removed, or as it is today. */
const ages: readonly ((text: string) => string | undefined)[] = [
  (text) => `# of an older version\n${text.slice(text.indexOf("\n") + 1)}`,
  (text) => `${text}\n# ours\n`,
  () => undefined,
  (text) => text,
];

/** A product of the fleet, as it lies there. @returns its tree, and the kept files that are not as the template has them */
async function past(product: FleetProduct): Promise<{ tree: Tree; stale: string[] }> {
  const { owned, manifest } = await freshFiles(product);
  const tree = emptyTree();
  tree.write("package.json", manifestOf(product, manifest, product.version));
  const found = owned.map(([path, text], index) => ({
    path,
    text,
    aged: ages[(product.habits + index) % ages.length]?.(text),
  }));
  for (const { path, aged } of found) if (aged !== undefined) tree.write(path, aged);
  for (const [path, text] of ownFiles(product, product.version)) tree.write(path, text);
  return { tree, stale: found.filter(({ text, aged }) => text !== aged).map(({ path }) => path) };
}

/** What a product must be after an update: what the people wrote in the words of today, and what the template keeps. */
async function expected(product: FleetProduct): Promise<Record<string, string>> {
  const { owned, manifest } = await freshFiles(product);
  const own = [...ownFiles(product, present)];
  return Object.fromEntries([["package.json", manifestOf(product, manifest, present)], ...owned, ...own]);
}

async function update(tree: Tree): Promise<void> {
  await updateGenerator(tree, { skipInstall: true }, registry, fixtures);
}

describe("a fleet of 50 products at 10 past versions", () => {
  it("is at every past version, on several clouds, CI systems and package managers", () => {
    expect(fleet).toHaveLength(50);
    const seen = (choice: (product: FleetProduct) => unknown) =>
      new Set(fleet.map((each) => String(choice(each)))).size;
    expect(seen(({ version }) => version)).toBe(pastVersions.length);
    expect([
      seen(({ provider }) => provider),
      seen(({ ci }) => ci),
      seen(({ packageManager }) => packageManager),
    ]).toEqual([6, 4, 3]);
  });

  it.each(fleet.map((product) => [product.name, product.version, product] as const))(
    "%s follows from %s with nothing lost, no conflict, and nothing left to do",
    async (_, version, product) => {
      const { tree, stale } = await past(product);
      await update(tree);
      const after = filesOf(tree);
      expect(after).toEqual(await expected(product));
      const restored = told.flatMap((line) => /^(?:RESTORE|WRITE) (\S+)/.exec(line)?.[1] ?? []);
      expect(restored.sort()).toEqual(stale.sort());
      const migrated = told.flatMap((line) => /^MIGRATE (\S+)/.exec(line)?.[1] ?? []);
      expect(migrated).toEqual(
        findMigrations(fixtures)
          .map((each) => each.version)
          .filter((each) => each > version),
      );

      told = [];
      await update(tree);
      expect(filesOf(tree)).toEqual(after);
      expect(told.filter((line) => line !== "")).toEqual([]);
    },
  );

  it("needs every migration somewhere", async () => {
    const used = new Set<string>();
    for (const product of fleet.filter(({ version }) => version === pastVersions[0])) {
      const { tree } = await past(product);
      told = [];
      await update(tree);
      for (const line of told) if (line.startsWith("MIGRATE") && !line.endsWith("(nothing to do)")) used.add(line);
    }
    expect([...used].map((line) => line.split(" ")[1])).toEqual(findMigrations(fixtures).map(({ version }) => version));
  });

  it("is told by --check what is behind, with exit code 2, and nothing once it is updated", async () => {
    const product = fleet[0] as FleetProduct;
    const { tree, stale } = await past(product);
    const exit = vi.spyOn(process, "exit").mockImplementation(() => undefined as never);
    const check = async () => (await updateGenerator(tree, { check: true }, registry, fixtures))();
    const before = filesOf(tree);
    await check();
    expect(exit).toHaveBeenCalledExactlyOnceWith(2);
    expect(filesOf(tree)).toEqual(before);
    for (const path of stale) expect(told.join("\n")).toMatch(new RegExp(` ${path} +(?:different|missing)`));
    await update(tree);
    exit.mockClear();
    await check();
    expect(exit).not.toHaveBeenCalled();
  });
});

import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { flushChanges, FsTree } from "nx/src/generators/tree";
import { logger } from "@nx/devkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { git, nx, scaffold } from "../../../test/scaffold.js";
import type { Published, Registry } from "../../product/registry.js";
import { finishUpdate } from "../../product/finish.js";
import updateGenerator, { type UpdateOptions } from "./update.js";

const published =
  (versions: Record<string, string | Published>): Registry =>
  (spec) => {
    const found = versions[spec] ?? (spec.endsWith("@latest") ? defaults[spec.slice(0, -"@latest".length)] : undefined);
    return Promise.resolve(typeof found === "string" ? { version: found } : found);
  };
const defaults: Record<string, string> = {
  "@infra/cli": "0.1.0",
  "@infra/facts": "0.1.0",
  "@infra/product": "0.1.0",
  "@infra/provider-hcloud": "1.57.0",
  "@infra/stack-compute": "0.1.0",
};
const nothingNew = published({});

let root: string;
let told: string[];
beforeEach(async () => {
  root = await scaffold({ ci: "both" });
  told = [];
  vi.spyOn(logger, "info").mockImplementation((line: string) => void told.push(line));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
  vi.restoreAllMocks();
});

/** Runs the generator, with no installation. @returns the paths that it changed, and the exit code of its callback */
async function update(
  options: UpdateOptions = {},
  registry = nothingNew,
): Promise<{ changed: string[]; code: number }> {
  const tree = new FsTree(root, false);
  const callback = await updateGenerator(tree, { skipInstall: true, ...options }, registry);
  const changes = tree.listChanges();
  flushChanges(root, changes);
  const exit = vi.spyOn(process, "exit").mockImplementation(() => undefined as never);
  await callback();
  return { changed: changes.map(({ path }) => path).sort(), code: Number(exit.mock.calls[0]?.[0] ?? 0) };
}

function text(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** Everything in the product but what is installed, and what Nx keeps for itself. */
function paths(): string[] {
  const top = readdirSync(root).filter((name) => name !== "node_modules" && name !== ".nx");
  return top.flatMap((name) => [
    name,
    ...(statSync(join(root, name)).isDirectory()
      ? (readdirSync(join(root, name), { recursive: true }) as string[])
      : []),
  ]);
}

function pins(): Record<string, string> {
  return (JSON.parse(text("package.json")) as { dependencies: Record<string, string> }).dependencies;
}

describe("update", () => {
  it("changes nothing in a product that is up to date", async () => {
    expect(await update()).toEqual({ changed: [], code: 0 });
  });

  it("raises the pins that are behind the channel, and nothing when it runs again", async () => {
    const registry = published({ "@infra/stack-compute@latest": "0.1.1" });
    expect((await update({}, registry)).changed).toEqual(["package.json"]);
    expect(pins()["@infra/stack-compute"]).toBe("0.1.1");
    expect(told).toContain("RAISE @infra/stack-compute 0.1.0 → 0.1.1");
    expect((await update({}, registry)).changed).toEqual([]);
  });

  it("raises what others publish to what the channel's template was tested with", async () => {
    const group = {
      "nx-migrations": {
        packageGroup: [
          { package: "nx", version: "23.9.0" },
          { package: "absent", version: "1.0.0" },
        ],
      },
    };
    await update({}, published({ "@infra/product@latest": { version: "0.2.0", ...group } }));
    expect(pins()).toMatchObject({ "@infra/product": "0.2.0", nx: "23.9.0", "@nx/devkit": "23.2.1" });
    expect(pins()).not.toHaveProperty("absent");
  });

  it("takes the channel next, and stable where next has nothing; the channel is remembered", async () => {
    const registry = published({ "@infra/cli@next": "0.2.0-next.1" });
    await update({ profile: "next" }, registry);
    expect(pins()).toMatchObject({ "@infra/cli": "0.2.0-next.1", "@infra/stack-compute": "0.1.0" });
    expect(JSON.parse(text("package.json"))).toMatchObject({ infra: { profile: "next" } });
  });

  it("never lowers a pin that is ahead of the channel", async () => {
    const registry = published({ "@infra/cli@next": "0.2.0-next.1" });
    await update({ profile: "next" }, registry);
    await update({ profile: "stable" }, registry);
    expect(pins()["@infra/cli"]).toBe("0.2.0-next.1");
  });

  it("refuses a channel that does not exist", async () => {
    await expect(update({ profile: "stabel" })).rejects.toThrow(
      /"stabel" is not a channel of @infra\/\S+\. Did you mean "stable"\?/,
    );
  });

  it("restores the files that the template keeps, and says so", async () => {
    appendFileSync(join(root, "Makefile"), "own:\n");
    rmSync(join(root, ".editorconfig"));
    const before = text("README.md");
    expect((await update()).changed).toEqual([".editorconfig", "Makefile"]);
    expect(told.join("\n")).toMatch(/RESTORE Makefile[^]*WRITE \.editorconfig/);
    expect(text("Makefile")).not.toContain("own:");
    expect(text("README.md")).toBe(before);
  });

  it("never touches what the product owns", async () => {
    const owned = [
      "inventory/product.yaml",
      "inventory/production/compute.yaml",
      "README.md",
      ".env.example",
      "nx.json",
      ".gitignore",
    ];
    for (const file of owned) appendFileSync(join(root, file), "# ours\n");
    writeFileSync(join(root, "local.mk"), "own:\n");
    expect((await update()).changed).toEqual([]);
  });

  it("limits itself to a group of files, or to a package", async () => {
    for (const file of ["Makefile", ".nvmrc"]) appendFileSync(join(root, file), "# ours\n");
    const registry = published({ "@infra/stack-compute@latest": "0.1.1", "@infra/cli@latest": "0.1.1" });
    expect((await update({ component: "devcontainer" }, registry)).changed).toEqual([".nvmrc"]);
    expect((await update({ component: "stack-compute" }, registry)).changed).toEqual(["package.json"]);
    expect(pins()).toMatchObject({ "@infra/stack-compute": "0.1.1", "@infra/cli": "0.1.0" });
  });

  it("refuses a component that is neither", async () => {
    await expect(update({ component: "makefil" })).rejects.toThrow(
      /"makefil" is neither a package of the template .* Did you mean "makefile"\?/,
    );
  });

  it("finishes an update that was interrupted: what ran last is recorded last", async () => {
    const manifest = JSON.parse(text("package.json")) as { infra: { migrated?: string } };
    manifest.infra.migrated = "0.0.9";
    writeFileSync(join(root, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    writeFileSync(join(root, "inventory/production/compute.yaml"), "config:\n  groups:\n    web: { class: small }\n");
    const tree = new FsTree(root, false);
    const { migrations } = await finishUpdate(tree, join(__dirname, "../../../test/fixtures/migrations"));
    flushChanges(root, tree.listChanges());
    expect(migrations.map(({ description, changed }) => [description, changed])).toEqual([
      ["renames `class` of groups to `size`", true],
    ]);
    expect(text("inventory/production/compute.yaml")).toContain("web: { size: small }");
    expect(JSON.parse(text("package.json"))).toMatchObject({ infra: { migrated: "0.1.0" } });
    expect((await update()).changed).toEqual([]);
  });
});

describe("update --check", () => {
  it("ends with 0 when nothing is behind, and lists what the template keeps and what it does not", async () => {
    expect(await update({ check: true })).toEqual({ changed: [], code: 0 });
    const report = told.join("\n");
    for (const path of [
      ".github/workflows/infra.yaml",
      ".gitlab-ci.yml",
      "Makefile",
      ".devcontainer/devcontainer.json",
      ".nvmrc",
      ".editorconfig",
      "renovate.json",
    ])
      expect(report).toMatch(new RegExp(`  ${path.replaceAll(".", "\\.")} +ok `));
    expect(report).toMatch(/Everything else is the product's: inventory\//);
  });

  it("ends with 2 when a pin is behind, or a file is different, and changes nothing", async () => {
    expect(await update({ check: true }, published({ "@infra/cli@latest": "0.1.1" }))).toEqual({
      changed: [],
      code: 2,
    });
    expect(told).toContain("  @infra/cli 0.1.0 → 0.1.1");
    appendFileSync(join(root, "Makefile"), "own:\n");
    expect(await update({ check: true })).toEqual({ changed: [], code: 2 });
    expect(told.join("\n")).toMatch(/Makefile +different/);
  });
});

describe("nx", { timeout: 240_000 }, () => {
  it("sync:check says when a file that the template keeps is different, and sync restores it", () => {
    git(root, "init", "-q", "-b", "main");
    git(root, "add", "-A");
    git(root, "commit", "-qm", "chore: start");
    expect(nx(root, "sync:check").status).toBe(0);
    appendFileSync(join(root, "Makefile"), "own:\n");
    const { status, all } = nx(root, "sync:check");
    expect([status, all]).toEqual([1, expect.stringMatching(/RESTORE Makefile/)]);
    expect(nx(root, "sync").status).toBe(0);
    expect(text("Makefile")).not.toContain("own:");
    expect(nx(root, "sync:check").status).toBe(0);
  });

  it.each([
    ["add-stack compute --name jobs", /CREATE inventory\/production\/jobs\.yaml/],
    ["add-environment preview --like staging", /CREATE inventory\/preview\/compute\.yaml/],
    ["new other --skip-install", /CREATE other\/inventory\/product\.yaml/],
    ["update --component makefile", /UPDATE Makefile/],
  ])("generates with --dry-run and writes nothing: %s", (command, shown) => {
    appendFileSync(join(root, "Makefile"), "own:\n");
    const before = paths();
    const { status, all } = nx(
      root,
      "g",
      ...`@infra/product:${command}`.split(" "),
      "--dry-run",
      "--interactive=false",
    );
    expect([status, all]).toEqual([0, expect.stringMatching(shown)]);
    expect(paths()).toEqual(before);
    expect(text("Makefile")).toContain("own:");
  });
});

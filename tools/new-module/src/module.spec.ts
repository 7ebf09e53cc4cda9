import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createTreeWithEmptyWorkspace } from "@nx/devkit/testing";
import type { Tree } from "@nx/devkit";
import { flushChanges, FsTree } from "nx/src/generators/tree";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import moduleGenerator from "./module.js";

const repository = resolve(__dirname, "../../..");

function workspace(): Tree {
  const tree = createTreeWithEmptyWorkspace();
  // The repository is formatted with prettier; the workspace of Nx's tests is with another formatter.
  for (const name of tree.children(".").filter((each) => each.includes("oxfmt"))) tree.delete(name);
  tree.write("tsconfig.json", JSON.stringify({ files: [], references: [] }));
  tree.write(".prettierrc", readFileSync(join(repository, ".prettierrc")));
  return tree;
}

describe("moduleGenerator", () => {
  let tree: Tree;
  beforeEach(() => {
    tree = workspace();
  });

  it("carries one word from the folder to the npm name, the file, the class and the interface", async () => {
    await moduleGenerator(tree, { path: "services/key-store" });
    expect(tree.children("packages/services/key-store/src").sort()).toEqual([
      "contract.ts",
      "index.ts",
      "key-store.spec.ts",
      "key-store.ts",
    ]);
    expect(JSON.parse(tree.read("packages/services/key-store/package.json", "utf8") ?? "")).toMatchObject({
      name: "@infra/services-key-store",
    });
    expect(tree.read("packages/services/key-store/src/index.ts", "utf8")).toMatch(/KeyStore.*IKeyStore/s);
  });

  it("makes an adapter for a module of a layer that has them", async () => {
    await moduleGenerator(tree, { path: "cloud/queue" });
    expect(tree.exists("packages/cloud/queue/src/hetzner.ts")).toBe(true);
    expect(tree.read("packages/cloud/queue/src/contract.ts", "utf8")).toContain('adapters: "per cloud"');
  });

  it("makes no adapter for a module of the other layers, and takes no provider for it", async () => {
    await moduleGenerator(tree, { path: "apps/shop" });
    expect(tree.read("packages/apps/shop/src/contract.ts", "utf8")).toContain('adapters: "none"');
    const withProvider = moduleGenerator(tree, { path: "services/vault", provider: "aws" });
    await expect(withProvider).rejects.toThrow("a module of the layer services has no adapters");
    expect(tree.exists("packages/services/vault")).toBe(false);
  });

  it("adds the module to the build", async () => {
    await moduleGenerator(tree, { path: "services/vault" });
    expect(JSON.parse(tree.read("tsconfig.json", "utf8") ?? "")).toMatchObject({
      references: [{ path: "packages/services/vault" }],
    });
  });

  it("leaves a module that exists alone", async () => {
    await moduleGenerator(tree, { path: "services/vault" });
    await expect(moduleGenerator(tree, { path: "services/vault" })).rejects.toThrow("packages/services/vault exists");
  });

  it.each(["vault", "stacks/vault", "services/Vault", "services/../core"])(
    "refuses %j, which is no module",
    async (path) => {
      await expect(moduleGenerator(tree, { path })).rejects.toThrow(/is not a module\. Write <layer>\/<word>/);
    },
  );
});

describe.each([
  ["services", undefined],
  ["cloud", "aws"],
] as const)("a generated module of the layer %s", (layer, provider) => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "new-module-"));
    const module = join(folder, `packages/${layer}/key-store`);
    for (const name of ["tsconfig.base.json", "eslint.config.mjs", "vitest.config.mts", ".prettierrc"]) {
      writeFileSync(join(folder, name), readFileSync(join(repository, name)));
    }
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ files: [], references: [] }));
    const tree = new FsTree(folder, false);
    await moduleGenerator(tree, { path: `${layer}/key-store`, ...(provider ? { provider } : {}) });
    flushChanges(folder, tree.listChanges());
    for (const name of ["core", "engine", "facts", "inventory"])
      symlinkSync(join(repository, "packages", name), join(folder, "packages", name));
    linkPackages(join(folder, "node_modules"), { [`${layer}-key-store`]: module });
  }, 60_000);
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function run(tool: string, ...args: string[]): string {
    const env = { ...process.env, NO_COLOR: "1" };
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(repository, "node_modules", tool), ...args], {
      cwd: folder,
      encoding: "utf8",
      env,
    });
    expect(status, stdout + stderr).toBe(0);
    return stdout;
  }

  it("compiles, passes its own tests, the lint and the formatter", () => {
    run("typescript/bin/tsc", "-p", `packages/${layer}/key-store`);
    run("eslint/bin/eslint.js", `packages/${layer}`);
    run("prettier/bin/prettier.cjs", "--check", `packages/${layer}/key-store/src`);
    expect(run("vitest/vitest.mjs", "run", `packages/${layer}`)).toMatch(/2 passed/);
  });
});

/** A node_modules with everything of the repository's, and more workspace packages. */
function linkPackages(target: string, extra: Record<string, string>): void {
  const source = join(repository, "node_modules");
  mkdirSync(join(target, "@infra"), { recursive: true });
  for (const name of readdirSync(source))
    if (name !== "@infra" && !name.startsWith(".")) symlinkSync(join(source, name), join(target, name));
  for (const name of readdirSync(join(source, "@infra")))
    symlinkSync(join(source, "@infra", name), join(target, "@infra", name));
  for (const [name, folder] of Object.entries(extra)) symlinkSync(folder, join(target, "@infra", name));
}

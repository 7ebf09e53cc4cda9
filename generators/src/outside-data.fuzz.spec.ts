import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { FsTree } from "nx/src/generators/tree";
import { afterAll, beforeAll, expect } from "vitest";
/* eslint-disable no-restricted-imports -- tables of fuzz tests share helpers that no package exports */
import { near } from "../../packages/engine/test/mutations.js";
import { type Parser, readsOrRefuses } from "../../packages/engine/test/parsers.js";
/* eslint-enable no-restricted-imports */
import { FactsCache } from "@infra/affected";
import { inventoryFolder } from "@infra/affected";
import { PackageGraph } from "@infra/affected";
import { Packages } from "@infra/affected";
import { editYaml } from "./product/inventory-edits.js";
import { addPins, writeManifest } from "./product/manifest.js";
import { readProduct } from "./product/product.js";
import { npmRegistry, type Published } from "./product/registry.js";

let folder: string;
const path = process.env["PATH"];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "infra-fuzz-"));
  chmodSync(file("bin/npm", `#!/bin/sh\nexec cat ${join(folder, "printed")}\n`), 0o755);
  process.env["PATH"] = `${join(folder, "bin")}:${path ?? ""}`;
});
afterAll(() => {
  process.env["PATH"] = path;
  rmSync(folder, { recursive: true });
});

/** A file below the folder of this spec. @returns its path */
const file = (name: string, content: Buffer | string): string => {
  const whole = join(folder, name);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, content);
  return whole;
};

const product = {
  name: "acme",
  infra: { inventory: "inventory", ci: ["github"], packageManager: "npm" },
  dependencies: { "@infra/core": "1.0.0" },
};
const settings = "product: acme\ndomain: acme.example\nprovider: hetzner\nregion: fsn1\n";

/** Nothing of a product is secret. */
const quoted = true;
const ofProduct = (changed: "package.json" | "inventory/product.yaml", reads: string, text: string): Parser => ({
  reads: [reads],
  quoted,
  inputs: near(text),
  read: (input) => {
    file("product/package.json", JSON.stringify(product));
    file("product/inventory/product.yaml", settings);
    file(`product/${changed}`, input);
    const tree = new FsTree(join(folder, "product"), false);
    const found = readProduct(tree);
    addPins(tree, { "@infra/engine": "1.0.0" });
    writeManifest(tree, found.manifest);
    return found;
  },
});

const npmLock = JSON.stringify({
  name: "acme",
  lockfileVersion: 3,
  packages: {
    "": { name: "acme", dependencies: { zod: "4" } },
    "node_modules/zod": { version: "4.0.0", resolved: "https://registry.example/zod.tgz", integrity: "sha512-a" },
    "node_modules/own": { resolved: "own", link: true },
  },
});
const pnpmLock =
  "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      zod: { specifier: 4, version: 4.0.0 }\npackages:\n  zod@4.0.0:\n    resolution: { integrity: sha512-a }\nsnapshots:\n  zod@4.0.0: {}\n";
const lock = (name: string, text: string): Parser => ({
  reads: ["packages/engine/affected/src/lock-file.ts"],
  quoted,
  inputs: near(text),
  read: (input) => {
    const root = dirname(file(`${name}-lock/${name}`, input));
    return PackageGraph.read(root)?.reachedFrom(["zod"]);
  },
});

readsOrRefuses({
  "package.json of a product": ofProduct("package.json", "generators/src/product/manifest.ts", JSON.stringify(product)),
  "product.yaml": ofProduct("inventory/product.yaml", "generators/src/product/product.ts", settings),
  "a YAML text that is edited": {
    reads: ["generators/src/product/inventory-edits.ts"],
    quoted,
    inputs: near(settings, "a: &x [1, { b: 2 }]\nc: *x\n# d\n"),
    read: (input) => editYaml(input.toString(), ({ value }) => ({ value: String(value) })),
  },
  "package.json, for the folder of the inventory": {
    reads: ["packages/engine/affected/src/options.ts", "packages/engine/affected/src/affected.ts"],
    quoted,
    inputs: near('{"infra":{"inventory":"inventory"}}'),
    read: (input) => inventoryFolder(dirname(file("root/package.json", input)), undefined),
    accepted: (found: string) => {
      expect(found).toEqual(expect.any(String));
    },
  },
  "package.json of a workspace's package": {
    reads: ["packages/engine/affected/src/packages.ts"],
    quoted,
    inputs: near('{"name":"own","dependencies":{"zod":"4"},"peerDependencies":{"a":"1"}}'),
    read: (input) => {
      const own = dirname(file("own/own/package.json", input));
      mkdirSync(join(folder, "own/node_modules"), { recursive: true });
      rmSync(join(folder, "own/node_modules/own"), { force: true });
      symlinkSync(own, join(folder, "own/node_modules/own"));
      return new Packages(join(folder, "own")).withDependencies(["own"]);
    },
    accepted: (names: string[]) => {
      expect(names).toContain("own");
    },
  },
  "package-lock.json where packages are looked up": {
    reads: ["packages/engine/affected/src/packages.ts"],
    quoted,
    inputs: near(npmLock),
    read: (input) => new Packages(dirname(file("locked/package-lock.json", input))).origin("zod").kind,
    accepted: (kind: string) => {
      expect(["external", "missing"]).toContain(kind);
    },
  },
  "package-lock.json": lock("package-lock.json", npmLock),
  "pnpm-lock.yaml": lock("pnpm-lock.yaml", pnpmLock),
  "what was kept of files": {
    reads: ["packages/engine/affected/src/facts-cache.ts"],
    quoted,
    inputs: near('[["a.yaml",{"key":"k","facts":{}}]]'),
    read: (input) => new FactsCache(file("facts.json", input)).facts("b.yaml", "k", () => 1),
    accepted: (facts: number) => {
      expect(facts).toBe(1);
    },
  },
  "what npm says of a package": {
    reads: ["generators/src/product/registry.ts"],
    quoted,
    inputs: near('"1.0.0"', '{"version":"1.0.0","nx-migrations":{"packageGroup":[{"package":"a","version":"1"}]}}'),
    read: (input) => {
      file("printed", input);
      return npmRegistry(folder)("@infra/core@latest");
    },
    accepted: (found: Published | undefined) => {
      if (found) expect(found.version).toEqual(expect.any(String));
    },
  },
});

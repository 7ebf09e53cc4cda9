import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { impactOf, type ProductImpact } from "../dist/impact.js";
import type { Installer } from "../dist/installation.js";
import { findProducts } from "../dist/products.js";

const repository = resolve(__dirname, "../../../..");
const count = 30;
const canary = "canary-3f7a1c9e";
const release = { name: "@acme/module", version: "1.1.0" };
let root: string;
let installed: string[];
let results: readonly ProductImpact[];
let told: string[];

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

/** A node_modules with the packages of the repository, and a module in some version. */
function installation(name: string, version: string): string {
  const modules = join(root, name, "node_modules");
  mkdirSync(modules, { recursive: true });
  for (const each of readdirSync(join(repository, "node_modules")))
    if (each !== ".package-lock.json") symlinkSync(join(repository, "node_modules", each), join(modules, each));
  write(
    `${name}/node_modules/.package-lock.json`,
    JSON.stringify({ packages: { "node_modules/@acme/module": { version } } }),
  );
  write(`${name}/node_modules/@acme/module/package.json`, JSON.stringify({ name: "@acme/module", version }));
  write(`${name}/node_modules/@acme/module/index.js`, `exports.words = (word) => word + "${version}";\n`);
  cpSync(join(root, "stack"), join(modules, "@infra-fleet/stack"), { recursive: true });
  return modules;
}

const stackCode = `const { defineStack, DataResource } = require("@infra/core");
const { words } = require("@acme/module");
const { z } = require("zod");
module.exports = defineStack({
  config: z.strictObject({ word: z.string(), isFixed: z.boolean().default(false) }),
  build: (stack, { word, isFixed }) => ({ id: new DataResource(stack, "one", { input: isFixed ? word : words(word) }).id }),
});
`;

/** Gives the products of each set of pins their own installations, as npm would. */
const installer: Installer = ({ pins }, next) => {
  const set = pins["set"] ?? "";
  const key = `${set}${next ? "-next" : ""}`;
  return {
    key,
    install: () => {
      installed.push(key);
      if (set === "broken") throw new Error("npm failed");
      return Promise.resolve(installation(key, next?.version ?? (set === "current" ? release.version : "1.0.0")));
    },
  };
};

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "fleet-")));
  installed = [];
  told = [];
  write("stack/index.js", stackCode);
  write("stack/package.json", JSON.stringify({ name: "@infra-fleet/stack", version: "1.0.0" }));
  for (let index = 0; index < count; index += 1) {
    const folder = `products/p${String(index).padStart(2, "0")}`;
    const set = index === 28 ? "broken" : index % 3 === 0 ? "current" : "old";
    write(`${folder}/package.json`, JSON.stringify({ infra: {}, dependencies: { set } }));
    write(`${folder}/inventory/product.yaml`, "product: acme\nprovider: hetzner\nregion: fsn1\n");
    const stack = index === 5 ? "./stacks/own" : '"@infra-fleet/stack"';
    write(`${folder}/inventory/production/one.yaml`, `stack: ${stack}\nconfig: { word: w${String(index)} }\n`);
    write(
      `${folder}/inventory/production/two.yaml`,
      'stack: "@infra-fleet/stack"\nconfig: { word: x, isFixed: true }\n',
    );
  }
  write("products/p05/stacks/own/index.js", stackCode.replaceAll("word)", '"own " + word)'));
  vi.stubEnv("HCLOUD_TOKEN", canary);
  write("products/p07/inventory/staging/three.yaml", "stack: ./stacks/own\nconfig: {}\n");
  write(
    "products/p07/stacks/own/index.js",
    `throw new Error("given: " + process.env.HCLOUD_TOKEN + ", known: ${canary}");`,
  );
  write("products/p07/inventory/production/two.yaml", 'stack: "@infra-fleet/stack"\nconfig: { wort: x }\n');
  results = await impactOf(release, findProducts(join(root, "products")), {
    installer,
    onResult: ({ product }) => {
      told.push(product);
    },
  });
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

const changed = { "production/one": [{ address: "terraform_data.one", action: "change", arguments: ["input"] }] };

describe("a release and many products", () => {
  it("changes the deployments that use it, in the order of the products", () => {
    expect(results.map(({ product }) => product)).toEqual(
      Array.from({ length: count }, (_, index) => `p${String(index).padStart(2, "0")}`),
    );
    const old = results.filter((_, index) => index % 3 !== 0 && ![7, 28].includes(index));
    expect(old).toHaveLength(18);
    for (const { product, deployments, problem } of old)
      expect([product, deployments, problem]).toEqual([product, changed, undefined]);
  });

  it("changes nothing where it is installed already, and installs nothing for it", () => {
    for (const [index, { deployments, problem }] of results.entries())
      if (index % 3 === 0) expect([index, deployments, problem]).toEqual([index, {}, undefined]);
    expect([...installed].sort()).toEqual(["broken", "current", "old", "old-next"]);
  });

  it("tells of what cannot be told, and of all the rest", () => {
    expect(results[28]).toEqual({ product: "p28", deployments: {}, problem: "npm failed" });
    expect(results[7]?.deployments).toEqual(changed);
    expect(results[7]?.problem).toMatch(/^production\/two: [^]*"wort" is not a known key/);
  });

  it("gives the code of products no secrets, and repeats none", () => {
    expect(results[7]?.problem).toContain("staging/three: given: undefined, known: ***");
    expect(JSON.stringify(results)).not.toContain(canary);
  });

  it("tells of each product as it is done", () => {
    expect([...told].sort()).toEqual(results.map(({ product }) => product));
  });

  it("writes nothing to the products", () => {
    expect(readdirSync(join(root, "products/p05")).sort()).toEqual(["inventory", "package.json", "stacks"]);
    expect(readdirSync(join(root, "products/p01")).sort()).toEqual(["inventory", "package.json"]);
  });
});

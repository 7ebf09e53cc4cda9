import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compareConfigurations } from "./compare.js";
import type { ProductImpact } from "./impact.js";
import { findProducts } from "./products.js";
import { renderImpact } from "./render.js";
import { Product } from "../../test/product.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "impact-"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

describe("compareConfigurations", () => {
  const server = { size: "small", "//": { metadata: { path: "a" } } };

  it("finds what comes, goes and changes, by address", () => {
    const before = {
      resource: { hcloud_server: { web: server, db: server } },
      data: { hcloud_image: { debian: { name: "12" } } },
    };
    const after = {
      resource: { hcloud_server: { web: { ...server, size: "large" }, app: server } },
      data: { hcloud_image: { debian: { name: "12" } } },
    };
    expect(compareConfigurations(before, after)).toEqual([
      { address: "hcloud_server.app", action: "add" },
      { address: "hcloud_server.db", action: "remove" },
      { address: "hcloud_server.web", action: "change", arguments: ["size"] },
    ]);
  });

  it("does not count comments of the synthesis", () => {
    const after = { resource: { hcloud_server: { web: { ...server, "//": { metadata: { path: "b" } } } } } };
    expect(compareConfigurations({ resource: { hcloud_server: { web: server } } }, after)).toEqual([]);
  });
});

describe("findProducts", () => {
  const product = JSON.stringify({ infra: {}, dependencies: { "@infra/engine": "0.1.0" } });

  it("finds a product, the products of a folder, and the ones that a file lists", () => {
    for (const name of ["one", "two"]) write(`${name}/package.json`, product);
    write("other/package.json", "{}");
    write("fleet.txt", "# ours\none\n\n");
    const names = (path: string) =>
      findProducts(join(root, path)).map(({ folder, pins }) => [folder.slice(root.length + 1), pins]);
    const pins = { "@infra/engine": "0.1.0" };
    expect(names(".")).toEqual([
      ["one", pins],
      ["two", pins],
    ]);
    expect(names("two")).toEqual([["two", pins]]);
    expect(names("fleet.txt")).toEqual([["one", pins]]);
  });

  it("leaves out the packages that a product holds itself, as workspaces of npm, yarn or pnpm", () => {
    const dependencies = { "@infra/engine": "0.1.0", "@acme/stack-own": "workspace:*" };
    for (const name of ["npm", "yarn", "pnpm"]) {
      const workspaces = name === "npm" ? ["packages/*"] : { packages: ["packages/own"] };
      write(
        `${name}/package.json`,
        JSON.stringify({ infra: {}, dependencies, ...(name === "pnpm" ? {} : { workspaces }) }),
      );
      write(`${name}/packages/own/package.json`, JSON.stringify({ name: "@acme/stack-own" }));
    }
    write("pnpm/pnpm-workspace.yaml", 'packages: ["packages/*"]\n');
    expect(findProducts(root).map(({ pins }) => pins)).toEqual(Array(3).fill({ "@infra/engine": "0.1.0" }));
  });

  it("refuses a path with no product", () => {
    expect(() => findProducts(root)).toThrow(/holds no product\. Name a folder of products/);
    expect(() => findProducts(join(root, "absent"))).toThrow(/does not exist/);
  });
});

describe("renderImpact", () => {
  const release = { name: "@infra/cloud-network", version: "0.2.0" };
  const impacts: readonly ProductImpact[] = [
    {
      product: "acme",
      deployments: {
        "production/compute": [{ address: "hcloud_network.network", action: "change", arguments: ["labels"] }],
      },
    },
    { product: "shop", deployments: {} },
    { product: "zoo", deployments: {}, problem: "npm failed\nbecause" },
  ];

  it("has one line per deployment, and one sentence for all", () => {
    expect(renderImpact(release, impacts, false)).toBe(
      [
        "product  deployment          +  ~  -  resources",
        "acme     production/compute  ·  1  ·  hcloud_network.network",
        "zoo      !                   ·  ·  ·  npm failed",
        "",
        "@infra/cloud-network@0.2.0 would change 1 deployment of 3 products; of 1 it cannot be told",
      ].join("\n"),
    );
  });

  it("is a table in Markdown, and a sentence when nothing changes", () => {
    expect(renderImpact(release, impacts, true)).toContain(
      "| acme | production/compute | · | 1 | · | hcloud_network.network |",
    );
    expect(renderImpact(release, [{ product: "shop", deployments: {} }], true)).toBe(
      "@infra/cloud-network@0.2.0 would change 0 deployments of 1 product",
    );
  });
});

describe("infra impact", () => {
  const npm = `#!/bin/sh
cat >&2 <<END
npm warn Unknown user config "nodedir".
npm error code E404
npm error 404 Not Found - GET https://registry.example/@infra%2fnope
npm error 404
npm error A complete log of this run can be found in: /home/user/log
END
exit 1
`;

  it("says what npm calls an error, and on the error output what it is doing", async () => {
    write("bin/npm", npm);
    chmodSync(join(root, "bin/npm"), 0o755);
    write("acme/package.json", JSON.stringify({ infra: {}, dependencies: { "@infra/engine": "0.1.0" } }));
    const product = new Product("");
    const env = { PATH: `${join(root, "bin")}:${process.env["PATH"] ?? ""}`, INFRA_CACHE: join(root, "cache") };
    const ran = await product.infraWith(env, "impact", "@infra/nope@9.9.9", "--products", join(root, "acme"));
    product.remove();
    expect(ran.stdout).toContain("404 Not Found - GET https://registry.example/@infra%2fnope");
    expect(ran.stdout).not.toContain("nodedir");
    expect(ran.stderr).toContain("installing the packages of 1 product\n");
    expect(ran.stderr).toMatch(/^acme: impact ended after \d+s: failed$/m);
  });
});

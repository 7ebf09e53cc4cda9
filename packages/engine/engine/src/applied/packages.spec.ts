import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Deployment } from "@infra/inventory";
import { afterEach, beforeEach, expect, it } from "vitest";
import { packagesOf } from "./packages.js";
import { providersIn } from "../providers/locked.js";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "infra-packages-"));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const install = (path: string, version: string, dependencies: Record<string, string> = {}): void => {
  const folder = join(root, "node_modules", path);
  mkdirSync(folder, { recursive: true });
  const name = path.split("/node_modules/").at(-1);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version, dependencies }));
};

const found = (stack: string) => packagesOf({ stack, settings: { provider: "hetzner" } } as Deployment, root);

it("names the stack, every module below it as that one loads it, and the bindings of its cloud", () => {
  install("@infra/stack-site", "1.0.0", { "@infra/cloud-network": "^2", "left-pad": "1" });
  install("@infra/cloud-network", "1.9.0");
  install("@infra/stack-site/node_modules/@infra/cloud-network", "2.1.0", { "@infra/provider-hcloud": "*" });
  install("@infra/provider-hcloud", "1.57.0");
  install("@infra/provider-oci", "7.0.0");
  const packages = found("site");
  expect(packages).toMatchObject({
    "@infra/stack-site": "1.0.0",
    "@infra/cloud-network": "2.1.0",
    "@infra/provider-hcloud": "1.57.0",
    "@infra/engine": expect.stringMatching(/^\d/) as string,
  });
  expect(Object.keys(packages)).toEqual(Object.keys(packages).sort());
  expect(packages).not.toHaveProperty("left-pad");
  expect(packages).not.toHaveProperty("@infra/provider-oci");
});

it("names every package of the workspace for a stack that is one of its folders", () => {
  writeFileSync(join(root, "package.json"), JSON.stringify({ devDependencies: { "@infra/cloud-dns": "*" } }));
  install("@infra/cloud-dns", "3.0.0");
  expect(found("./stacks/own")).toMatchObject({ "@infra/cloud-dns": "3.0.0" });
});

it("reads the exact versions of providers from a lock file", () => {
  const lockFile = `# comment
provider "registry.opentofu.org/hetznercloud/hcloud" {
  version     = "1.57.0"
  constraints = "~> 1.57"
  hashes = ["h1:abc"]
}

provider "registry.opentofu.org/hashicorp/aws" {
  version = "6.22.1"
}
`;
  expect(Object.fromEntries(providersIn(lockFile))).toEqual({
    "registry.opentofu.org/hetznercloud/hcloud": "1.57.0",
    "registry.opentofu.org/hashicorp/aws": "6.22.1",
  });
});

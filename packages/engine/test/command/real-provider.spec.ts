import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTofu, passphrase, Product } from "../product.js";

const id = "production/net";
let product: Product;

beforeAll(async () => {
  // Named by a variable: the package is private to the workspace, and only specs need it.
  const toolchain = "@infra/toolchain";
  await ((await import(toolchain)) as { ensureTool(name: string): Promise<string> }).ensureTool("provider-hcloud");
  product = new Product(await openTofu(), { INFRA_STATE_PASSPHRASE: passphrase, HCLOUD_TOKEN: "a".repeat(64) });
  product.write(
    "inventory/production/net.yaml",
    "stack: ./stacks/net\nconfig:\n  networks:\n    one: { cidr: 10.0.0.0/16, subnets: 2 }\n",
  );
});

afterAll(() => {
  product.remove();
});

it("validates and plans the same resources with the real provider as offline", async () => {
  const validated = await product.results("validate", id);
  expect(validated.code, validated.output).toBe(0);
  const [real, offline] = [await product.results("plan", id), await product.results("plan", id, "--offline")];
  expect(real.code, real.output).toBe(2);
  expect(offline.code, offline.output).toBe(2);
  expect(real.results[id]?.changes).toHaveLength(3);
  expect(real.results[id]?.changes).toEqual(offline.results[id]?.changes);
});

it("keeps the provider's checksums beside the deployment, and installs it once", async () => {
  const lock = product.read("inventory/production/net.lock.hcl");
  expect(lock).toContain('provider "registry.opentofu.org/hetznercloud/hcloud"');
  expect(lock).toContain('version     = "1.57.0"');
  const again = await product.results("plan", id);
  expect(again.code, again.output).toBe(2);
  expect(product.read("inventory/production/net.lock.hcl")).toBe(lock);
});

it("resolves the providers again when the committed checksums were deleted", async () => {
  const file = "inventory/production/net.lock.hcl";
  const lock = product.read(file);
  rmSync(join(product.root, file));
  const again = await product.results("plan", id);
  expect(again.code, again.output).toBe(2);
  expect(product.read(file)).toBe(lock);
});

it("reports what the real provider refuses, without the secret", async () => {
  const ran = await product.infraWith({ HCLOUD_TOKEN: "too-short-token" }, "plan", id);
  expect(ran.code, ran.output).toBe(1);
  expect(ran.stdout).toContain("token is invalid");
  expect(ran.output).not.toContain("too-short-token");
});

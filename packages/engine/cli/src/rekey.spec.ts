import { afterEach, beforeEach, expect, it } from "vitest";
import { openTofu, passphrase, Product } from "../../test/product.js";

let product: Product;

beforeEach(async () => {
  product = new Product(await openTofu());
  for (const name of ["one", "two"])
    product.write(`inventory/production/${name}.yaml`, "stack: ./stacks/values\nconfig: { items: { a: b } }\n");
});
afterEach(() => {
  product.remove();
});

it("refuses once, not once per deployment, when there is no passphrase", async () => {
  const { code, stdout, stderr } = await product.infra("state", "rekey", "--all", "--check");
  expect(code).toBe(1);
  expect(stderr.match(/INFRA_STATE_PASSPHRASE is not set/g)).toHaveLength(1);
  expect(stdout).toBe("");
});

it("says nothing of deployments without a state", async () => {
  const env = { INFRA_STATE_PASSPHRASE: passphrase };
  const before = await product.infraWith(env, "state", "rekey", "--all", "--check");
  expect([before.code, before.stdout]).toEqual([0, "no deployment has a state\n"]);
  const applied = await product.infraWith(env, "apply", "production/one", "--yes");
  expect(applied.code, applied.output).toBe(0);
  const { stdout } = await product.infraWith(env, "state", "rekey", "--all", "--check");
  expect(stdout).toMatch(/^✓ production\/one: nothing is left under another key than passphrase; .*\n$/);
});

it("names a way to try without an account where a run is refused", async () => {
  const { code, stderr } = await product.infra("apply", "--all", "--yes");
  expect(code).toBe(1);
  expect(stderr).toContain("To try without an account: --offline, with make OFFLINE=1");
});

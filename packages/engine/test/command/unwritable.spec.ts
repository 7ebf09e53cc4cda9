import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openTofu, Product } from "../product.js";

let product: Product;

beforeEach(async () => {
  product = new Product(await openTofu());
  product.write(
    "inventory/production/net.yaml",
    "stack: ./stacks/net\nconfig: { networks: { a: { cidr: 10.0.0.0/16 } } }\n",
  );
});

afterEach(() => {
  chmodSync(product.root, 0o755);
  product.remove();
});

it("a temporary folder that does not exist is named, and nothing is advised that would lose data", async () => {
  const ran = await product.infraWith({ TMPDIR: "/nonexistent" }, "plan", "--offline");
  expect(ran.code, ran.output).toBe(1);
  expect(ran.output).toContain("/nonexistent");
  expect(ran.output).not.toContain("remove the emulated cloud");
  expect(ran.output).not.toMatch(/^ +at /m);
});

it("a folder that cannot be made for the synthesized configuration is named", async () => {
  writeFileSync(join(product.root, ".infra"), "a file in the place of the folder");
  const ran = await product.infra("synth", "--offline");
  expect(ran.code, ran.output).toBe(1);
  expect(ran.output).toContain(".infra");
  expect(ran.output).not.toMatch(/^ +at /m);
});

it("what is unexpected is one line that says what was being done; --verbose shows where", async () => {
  product.write("stacks/broken/index.js", 'exports.default = (() => { throw new TypeError("odd"); })();\n');
  product.write("inventory/production/broken.yaml", "stack: ./stacks/broken\n");
  const short = await product.infra("synth", "production/broken", "--offline");
  expect([short.code, short.output]).toEqual([1, expect.stringContaining("odd")]);
  expect(short.output).not.toMatch(/^ +at /m);
});

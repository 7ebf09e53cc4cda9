import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTofu, Product } from "../test/product.js";

/** A stack whose configuration is another one whenever it is synthesized. */
const restless = `const { defineStack, DataResource } = require("@infra/core");
const { z } = require("zod");
module.exports = defineStack({
  config: z.strictObject({}),
  build: (stack) => ({ id: new DataResource(stack, "one", { input: String(process.hrtime.bigint()) }).id }),
});
`;

let product: Product;

beforeAll(async () => {
  product = new Product(await openTofu());
  product.write(
    "inventory/production/net.yaml",
    "stack: ./stacks/net\nconfig: { networks: { main: { cidr: 10.0.0.0/16, subnets: 1 } } }\n",
  );
  product.write(
    "inventory/production/values.yaml",
    "stack: ./stacks/values\nconfig: { items: { network: { output: net.networks.main.id } } }\n",
  );
});
afterAll(() => product.remove());

describe("infra test", () => {
  it("tries all deployments in the order of their references, and leaves nothing", async () => {
    const temporary = join(product.root, "tmp");
    mkdirSync(temporary);
    const { code, stdout, output } = await product.infraWith({ TMPDIR: temporary }, "test");
    expect([code, output]).toEqual([0, expect.any(String)]);
    expect(stdout.match(/✓ 2 deployments/g)).toHaveLength(4);
    expect(readdirSync(temporary)).toEqual([]);
    expect(product.cloud("production/net")).toEqual([]);
  });

  it("leaves the emulated cloud of other offline runs alone", async () => {
    await product.infra("apply", "production/net", "--offline", "--yes");
    const cloud = product.cloud("production/net");
    expect((await product.infra("test", "production/net")).code).toBe(0);
    expect([cloud.length, product.cloud("production/net")]).toEqual([2, cloud]);
  });

  it("refuses a deployment that would be changed again by every apply", async () => {
    product.write("stacks/restless/index.js", restless);
    product.write("inventory/production/restless.yaml", "stack: ./stacks/restless\n");
    const { code, stdout } = await product.infra("test", "production/restless");
    expect([code, stdout]).toEqual([1, expect.stringMatching(/production\/restless would be changed again/)]);
  });
});

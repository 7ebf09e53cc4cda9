import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filesIn, openTofu, Product, until } from "../../test/product.js";

/** A stack whose configuration is another one whenever it is synthesized. */
const restless = `const { defineStack, DataResource } = require("@infra/core");
const { z } = require("zod");
module.exports = defineStack({
  config: z.strictObject({}),
  build: (stack) => ({ id: new DataResource(stack, "one", { input: String(process.hrtime.bigint()) }).id }),
});
`;

let product: Product;

const slowSubnets = {
  INFRA_FAULTS: JSON.stringify([{ type: "hcloud_network_subnet", operation: "create", delayMs: 3_000 }]),
};

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

  it("leaves a saved plan alone, and an apply that is under way", async () => {
    await product.infra("destroy", "production/net", "--offline", "--yes");
    await product.infra("plan", "production/net", "--offline");
    const plan = join(product.work("production/net"), "plan.tfplan");
    const saved = product.read(plan);
    expect((await product.infra("test", "production/net")).code).toBe(0);
    expect(product.read(plan)).toBe(saved);
    const running = product.start(["apply", "production/net", "--offline", "--yes"], slowSubnets);
    await until("a network is created", () => product.cloud("production/net").length > 0);
    expect((await product.infra("test", "production/net")).code).toBe(0);
    const ended = await running.ended;
    expect([ended.code, ended.output]).toEqual([0, expect.not.stringContaining("ended the engine")]);
  });

  it("leaves nothing when it is interrupted: no folder, no engine", async () => {
    const temporary = join(product.root, "interrupted");
    mkdirSync(temporary);
    const running = product.start(["test", "production/net"], { TMPDIR: temporary, ...slowSubnets });
    const find = (name: string) => filesIn(temporary).find((file) => file.endsWith(name));
    const created = (cloud?: string) => cloud !== undefined && readFileSync(cloud, "utf8").includes("hcloud_network");
    await until("a network is created", () => created(find("cloud.jsonl")));
    const engine = Number.parseInt(readFileSync(find("engine.pid")!, "utf8"), 10);
    process.kill(running.pid, "SIGINT");
    const ended = await running.ended;
    expect([ended.code, ended.output]).toEqual([1, expect.stringContaining("the run was interrupted")]);
    expect(readdirSync(temporary)).toEqual([]);
    expect(() => process.kill(engine, 0)).toThrow("ESRCH");
  });

  it("refuses a deployment that would be changed again by every apply", async () => {
    product.write("stacks/restless/index.js", restless);
    product.write("inventory/production/restless.yaml", "stack: ./stacks/restless\n");
    const { code, stdout } = await product.infra("test", "production/restless");
    expect([code, stdout]).toEqual([1, expect.stringMatching(/production\/restless would be changed again/)]);
  });
});

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { openTofu, Product } from "../product.js";

const id = "production/net";
const networks = (names: string): string =>
  `stack: ./stacks/net\nconfig:\n  networks:\n${[...names]
    .map((name, index) => `    ${name}: { cidr: 10.${String(index)}.0.0/16 }\n`)
    .join("")}`;

let tofu: string;
let product: Product;

beforeAll(async () => {
  tofu = await openTofu();
});

beforeEach(() => {
  product = new Product(tofu);
  product.write("inventory/production/net.yaml", networks("a"));
});

afterEach(() => {
  product.remove();
});

const succeed = async (...args: string[]): Promise<string> => {
  const ran = await product.infra(...args, "--offline");
  expect([0, 2], ran.output).toContain(ran.code);
  return ran.stdout;
};

const plansLeft = (): string[] =>
  readdirSync(join(product.root, product.work(id))).filter((name) => name.endsWith(".tfplan") || name === "plan.json");

/** Applies, and expects the saved plan to be refused with the cloud as it was. */
const expectRefused = async (reason: RegExp): Promise<void> => {
  const cloud = product.cloud(id);
  const states = product.states(id).length;
  const ran = await product.infra("apply", id, "--offline", "--yes");
  expect(ran.code, ran.output).toBe(1);
  expect(ran.stdout).toMatch(reason);
  expect(ran.stdout).toContain("Plan again and look at it: infra plan production/net --offline");
  expect(product.cloud(id)).toEqual(cloud);
  expect(product.states(id)).toHaveLength(states);
};

it("refuses a saved plan when the inventory has changed since", async () => {
  await succeed("plan", id);
  product.write("inventory/production/net.yaml", networks("ab"));
  await expectRefused(/the plan of production\/net of \S+ is stale: its inventory, .* has changed since/);
  await succeed("plan", id);
  await succeed("apply", id, "--yes");
  expect(product.cloud(id)).toHaveLength(2);
});

it("refuses a saved plan when another plan was applied since", async () => {
  await succeed("plan", id);
  const kept = ["plan.tfplan", "plan.json"].map((name) => [join(product.work(id), name)] as const);
  const texts = kept.map(([file]) => product.read(file));
  await succeed("apply", id, "--yes");
  kept.forEach(([file], index) => product.write(file, texts[index]!));
  await expectRefused(/is stale: it was made for version 0 of the state, which is now at \d/);
});

it("refuses a plan from before a state was restored", async () => {
  await succeed("apply", id, "--yes");
  product.write("inventory/production/net.yaml", networks("ab"));
  await succeed("apply", id, "--yes");
  product.write("inventory/production/net.yaml", networks("abc"));
  await succeed("plan", id);
  const restored = await succeed("state", "restore", id, "1");
  expect(restored).toMatch(/version 1 of production\/net is current again, as version \d+; plan to see what differs/);
  await expectRefused(/is stale: it was made for version \d+ of the state/);
});

it("applies exactly the saved plan, once", async () => {
  await succeed("plan", id);
  const applied = await product.results("apply", id, "--offline", "--yes");
  expect(applied.results[id]).toMatchObject({ status: "applied", counts: { create: 1 } });
  expect(plansLeft()).toEqual([]);
});

it("does not apply without a yes and without a terminal, and changes nothing", async () => {
  for (const verb of ["apply", "destroy"]) {
    if (verb === "destroy") await succeed("apply", id, "--yes");
    const [cloud, states] = [product.cloud(id), product.states(id).length];
    const ran = await product.infra(verb, id, "--offline");
    expect(ran.code, ran.output).toBe(1);
    expect(ran.stdout).toContain(`${id} was not changed: nobody agreed`);
    expect(ran.stdout).toContain(`infra ${verb} ${id} --offline --yes`);
    expect(ran.stdout, "nothing was done").not.toMatch(/created|DELETED/);
    expect(product.cloud(id)).toEqual(cloud);
    expect(product.states(id)).toHaveLength(states);
  }
});

it("keeps no plan that changes nothing, and drops the one that was saved before", async () => {
  await succeed("plan", id);
  expect(plansLeft()).toEqual(["plan.json", "plan.tfplan"]);
  product.write("inventory/production/net.yaml", "stack: ./stacks/net\n");
  await succeed("plan", id);
  expect((await product.infra("plan", id, "--offline")).code).toBe(2);
  product.write("inventory/production/net.yaml", networks("a"));
  await succeed("plan", id);
  await succeed("apply", id, "--yes");
  expect((await product.infra("plan", id, "--offline")).code).toBe(0);
  expect(plansLeft()).toEqual([]);
  await succeed("drift", id);
  expect(plansLeft()).toEqual([]);
});

it("keeps no plan of a planning that failed", async () => {
  await succeed("plan", id);
  await succeed("apply", id, "--yes");
  product.write("inventory/production/net.yaml", networks("ab"));
  await succeed("plan", id);
  const faults = JSON.stringify([{ type: "hcloud_network", operation: "read", error: "no answer" }]);
  const failed = await product.infraWith({ INFRA_FAULTS: faults }, "plan", id, "--offline");
  expect(failed.code, failed.output).toBe(1);
  expect(failed.stdout).toContain("no answer");
  expect(plansLeft()).toEqual([]);
});

it("takes a record that was cut off in writing for no plan", async () => {
  await succeed("plan", id);
  product.write(join(product.work(id), "plan.json"), '{"digest": "abc');
  await succeed("apply", id, "--yes");
  expect(product.cloud(id)).toHaveLength(1);
});

it("shows the attributes that a saved plan changes, but does not record their values", async () => {
  await succeed("apply", id, "--yes");
  product.write("inventory/production/net.yaml", networks("a").replace("10.0", "10.9"));
  await succeed("plan", id);
  expect(product.read(join(product.work(id), "plan.json"))).not.toContain("10.9");
  const refused = await product.infra("apply", id, "--offline");
  expect(refused.stdout).toContain('ip_range: "10.0.0.0/16" → "10.9.0.0/16"');
});

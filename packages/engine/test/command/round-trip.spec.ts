import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { filesIn, openTofu, passphrase, Product, terraform } from "../product.js";

const id = "production/net";
const inventory = `stack: ./stacks/net
config:
  networks:
    one: { cidr: 10.0.0.0/16, subnets: 1 }
    two: { cidr: 10.1.0.0/16 }
`;
const withoutTerraform = terraform() === undefined;

let tofu: string;
let product: Product;

beforeAll(async () => {
  tofu = await openTofu();
});

afterEach(() => {
  product.remove();
});

const create = (engine: string, env: Record<string, string>): void => {
  product = new Product(engine, env);
  product.write("inventory/production/net.yaml", inventory);
};

/** Apply, plan, edit outside, drift, heal, destroy. */
const roundTrip = async (): Promise<void> => {
  const planned = await product.results("plan", id, "--offline");
  expect(planned.code, planned.output).toBe(2);
  expect(planned.results[id]?.counts).toEqual({ create: 3, update: 0, replace: 0, delete: 0 });
  expect(product.has(join(product.work(id), "plan.tfplan"))).toBe(true);

  const applied = await product.results("apply", id, "--offline", "--yes");
  expect(applied.code, applied.output).toBe(0);
  expect(applied.results[id]).toMatchObject({ status: "applied", counts: { create: 3 } });
  expect(product.cloud(id)).toHaveLength(3);

  const again = await product.results("plan", id, "--offline");
  expect(again.code, again.output).toBe(0);
  expect(again.results[id]).toMatchObject({ status: "unchanged", changes: [] });

  product.edit(id, ({ values }) => values["ip_range"] === "10.1.0.0/16", { labels: { owner: "somebody" } });
  const drift = await product.infra("drift", id, "--offline");
  expect(drift.code, drift.output).toBe(2);
  expect(drift.stdout).toContain("~ hcloud_network.two_network  inventory/production/net.yaml:5");
  expect(drift.stdout).toMatch(/labels\.owner: null → "somebody"/);
  expect(drift.stdout).toMatch(/labels\.product: "acme" → null/);

  const healed = await product.results("apply", id, "--offline", "--yes");
  expect(healed.code, healed.output).toBe(0);
  expect(healed.results[id]?.counts).toEqual({ create: 0, update: 1, replace: 0, delete: 0 });
  expect((await product.results("drift", id, "--offline")).code).toBe(0);

  const destroyed = await product.results("destroy", id, "--offline", "--yes");
  expect(destroyed.code, destroyed.output).toBe(0);
  expect(destroyed.results[id]?.counts.delete).toBe(3);
  expect(product.cloud(id)).toEqual([]);
};

/** The bytes of every version of the state. */
const storedStates = (): string[] => {
  const folder = join(product.root, product.work(id), "state", "versions");
  return readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
};

/** Files in the working folder and in memory that are plans in clear: archives. */
const clearPlans = (): string[] =>
  filesIn(join(product.root, product.work(id))).filter((file) => readFileSync(file).subarray(0, 2).toString() === "PK");

describe("an offline round trip", () => {
  it("applies, finds no change, reports and heals drift with its inventory line, and destroys", async () => {
    create(tofu, {});
    await roundTrip();
    expect(product.states(id).at(-1)).toEqual({});
    const destroyedAgain = await product.results("destroy", id, "--offline", "--yes");
    expect(destroyedAgain.code, destroyedAgain.output).toBe(0);
    expect(destroyedAgain.results[id]?.status).toBe("unchanged");
  });

  it("does the same with a passphrase, and every state and plan is encrypted", async () => {
    create(tofu, { INFRA_STATE_PASSPHRASE: passphrase });
    await product.infra("plan", id, "--offline");
    expect(clearPlans()).toEqual([]);
    await roundTrip();
    for (const state of storedStates()) expect(Object.keys(JSON.parse(state) as object)).toContain("encrypted_data");
    const output = await product.infra("state", "versions", id, "--offline");
    expect(output.code, output.output).toBe(0);
    expect(output.stdout.split("\n")[0]).toMatch(/^\* /);
  });

  it.skipIf(withoutTerraform)(
    "does the same with Terraform and a passphrase: states and plans are sealed, none is left in clear",
    async () => {
      create(terraform()!, { INFRA_STATE_PASSPHRASE: passphrase });
      await product.infra("plan", id, "--offline");
      expect(clearPlans()).toEqual([]);
      expect(product.read(join(product.work(id), "plan.tfplan"))).toMatch(/^infra-sealed-state\n/);
      await roundTrip();
      expect(clearPlans()).toEqual([]);
      for (const state of storedStates()) expect(state).toMatch(/^infra-sealed-state\n/);
    },
    120_000,
  );

  it.runIf(withoutTerraform)("SKIPPED with Terraform: no terraform of 1.11 or newer is on PATH", () => {
    create(tofu, {});
  });

  it("plans and drifts of several deployments at once stay apart", async () => {
    create(tofu, {});
    for (const name of ["a", "b", "c", "d"]) {
      const text = `stack: ./stacks/net\nconfig:\n  networks:\n    ${name}: { cidr: 10.0.0.0/16 }\n`;
      product.write(`inventory/staging/${name}.yaml`, text);
    }
    const applied = await product.results("apply", "--all", "--offline", "--yes", "-p", "4");
    expect(applied.code, applied.output).toBe(0);
    for (const name of ["a", "b", "c", "d"]) {
      expect(applied.results[`staging/${name}`]?.changes.map(({ address }) => address)).toEqual([
        `hcloud_network.${name}_network`,
      ]);
      expect(product.cloud(`staging/${name}`)[0]?.values["name"]).toBe(`acme-staging-${name}-${name}`);
    }
  });
});

describe("a real run", () => {
  it("is refused without a passphrase, before anything is written", async () => {
    create(tofu, {});
    // That a run could not begin is in its report.
    const files = () => Object.entries(product.tree()).filter(([file]) => !file.startsWith(".infra/results/"));
    const before = files();
    for (const verb of ["plan", "drift", "output", "validate"]) {
      const ran = await product.infra(verb, id);
      expect(ran.code, ran.output).toBe(1);
      expect(ran.stderr).toMatch(/INFRA_STATE_PASSPHRASE is not set.*Set it to a passphrase of 16 characters or more/);
    }
    expect(files()).toEqual(before);
  });

  it("keeps its state, encrypted, beside the inventory and never loads the mock provider", async () => {
    create(tofu, { INFRA_STATE_PASSPHRASE: passphrase });
    product.write("inventory/production/net.yaml", "stack: ./stacks/values\nconfig:\n  items:\n    one: hello\n");
    const applied = await product.infra("apply", id, "--yes");
    expect(applied.code, applied.output).toBe(0);
    const [version = ""] = readdirSync(join(product.root, "state", id, "versions"));
    expect(product.read(join("state", id, "versions", version))).toContain("encrypted_data");
    expect(product.has(".infra/offline")).toBe(false);
    expect((await product.infra("output", id, "--json")).stdout).toContain('"one": "hello"');
    expect((await product.infra("plan", id)).code).toBe(0);
  });
});

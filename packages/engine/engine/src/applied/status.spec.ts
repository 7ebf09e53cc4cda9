import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { openTofu, passphrase, Product, until } from "../../../test/product.js";
import { type DeploymentStatus, exitCodeOfStatus, statusOf } from "./status.js";

const id = "production/net";
const work = ".infra/offline/production/net";
const net = (cidr: string) => `stack: ./stacks/net\nconfig:\n  networks:\n    one: { cidr: ${cidr} }\n`;
const failing = JSON.stringify([{ type: "*", operation: "create", error: "no capacity" }]);

vi.setConfig({ testTimeout: 240_000 });

let tofu: string;
let product: Product;
const copies: Product[] = [];

beforeAll(async () => {
  tofu = await openTofu();
});

beforeEach(() => {
  product = new Product(tofu);
  product.write("inventory/production/net.yaml", net("10.0.0.0/16"));
});

afterEach(() => {
  for (const each of [product, ...copies.splice(0)]) each.remove();
});

const apply = (env: Record<string, string> = {}) => product.infraWith(env, "apply", id, "--offline", "--yes");

const statusIn = async (
  where: Product,
  ...only: string[]
): Promise<{ code: number; deployments: DeploymentStatus[] }> => {
  const { root } = where;
  const wanted = only.length > 0 ? { only } : {};
  const deployments = await statusOf({ root, inventory: join(root, "inventory"), offline: true, env: {}, ...wanted });
  return { code: exitCodeOfStatus(deployments), deployments };
};

/** The status of the one deployment, and the exit code. */
const status = async (): Promise<DeploymentStatus & { code: number }> => {
  const { code, deployments } = await statusIn(product);
  expect(deployments).toHaveLength(1);
  return { code, ...deployments[0]! };
};

it("says what was never applied, what is up to date and what the inventory has changed, and exits 2 until all is applied", async () => {
  expect(await status()).toEqual({ code: 2, id, state: "never-applied" });
  expect((await apply()).code).toBe(0);
  expect(await status()).toMatchObject({ code: 0, state: "up-to-date", record: { outcome: "done" } });
  product.write("inventory/production/net.yaml", net("10.1.0.0/16"));
  expect(await status()).toMatchObject({ code: 2, state: "inventory-changed" });
  expect((await apply()).code).toBe(0);
  expect((await status()).state).toBe("up-to-date");
});

it("prints one table, and calls no engine", async () => {
  await apply();
  product.write("inventory/production/later.yaml", net("10.1.0.0/16"));
  const { code, stdout } = await product.infraWith({ INFRA_ENGINE: "/nowhere/tofu" }, "status", "--offline");
  expect(code).toBe(2);
  expect(stdout).toMatch(/^deployment +state +applied +by +commit +version\n/);
  expect(stdout).toMatch(/^production\/later +never applied +- +- +- +-$/m);
  expect(stdout).toMatch(/^production\/net +up to date +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ +\S+@\S+ +- +\d+$/m);
  expect(stdout).toContain("2 deployments: 1 never applied, 1 up to date");
});

it("gives the same digest in another folder, and for the same inventory in other words", async () => {
  product.write(
    "inventory/production/net.yaml",
    "stack: ./stacks/net\nconfig: { networks: { a: { cidr: 10.1.0.0/16, subnets: 1 }, b: { cidr: 10.2.0.0/16 } } }\n",
  );
  await apply();
  const copy = new Product(tofu, {}, product);
  copies.push(copy);
  copy.write(
    "inventory/production/net.yaml",
    "# the same\nconfig:\n  networks:\n    b: { cidr: 10.2.0.0/16 }\n    a: { subnets: 1, cidr: 10.1.0.0/16 }\nstack: ./stacks/net\n",
  );
  expect(await statusIn(copy)).toMatchObject({ code: 0, deployments: [{ state: "up-to-date" }] });
});

/** The status as a process of its own finds it: one that has loaded a stack before does not see that it changed. */
const fresh = async (): Promise<DeploymentStatus> => {
  const { stdout } = await product.infra("status", id, "--offline", "--json");
  return (JSON.parse(stdout) as { deployments: [DeploymentStatus] }).deployments[0];
};

it("names the packages whose versions changed, once they change what would be applied", async () => {
  const extra = "stacks/net/node_modules/@infra/extra/package.json";
  product.write("stacks/net/package.json", JSON.stringify({ dependencies: { "@infra/extra": "*" } }));
  product.write(extra, JSON.stringify({ name: "@infra/extra", version: "1.0.0" }));
  await apply();
  expect((await fresh()).record?.packages).toMatchObject({
    "@infra/extra": "1.0.0",
    "@infra/provider-hcloud": expect.stringMatching(/^\d/) as string,
  });
  product.write(extra, JSON.stringify({ name: "@infra/extra", version: "1.1.0" }));
  expect((await fresh()).state).toBe("up-to-date");
  product.write(
    "stacks/net/index.js",
    product.read("stacks/net/index.js").replace("name: resourceName", 'labels: { a: "b" }, name: resourceName'),
  );
  expect(await fresh()).toMatchObject({
    state: "packages-changed",
    versions: [{ name: "@infra/extra", from: "1.0.0", to: "1.1.0" }],
  });
});

it("is up to date after an apply that had nothing to do", async () => {
  await apply();
  product.write(
    "stacks/net/index.js",
    product
      .read("stacks/net/index.js")
      .replace("name: resourceName", 'lifecycle: { ignoreChanges: ["labels"] }, name: resourceName'),
  );
  expect(await status()).toMatchObject({
    state: "packages-changed",
    detail: "its stack, which is a folder of the workspace, changed",
  });
  const applied = await product.results("apply", id, "--offline", "--yes");
  expect(applied.results[id]?.status, applied.output).toBe("unchanged");
  expect((await status()).state).toBe("up-to-date");
});

it("says that an apply failed, until one succeeds", async () => {
  expect((await apply({ INFRA_FAULTS: failing })).code).toBe(1);
  expect(await status()).toMatchObject({ code: 2, state: "apply-failed", detail: "the last apply failed" });
  expect((await apply()).code).toBe(0);
  expect((await status()).state).toBe("up-to-date");
});

it("says that an apply was killed before it ended", async () => {
  const slow = JSON.stringify([{ type: "*", operation: "create", delayMs: 120_000 }]);
  const running = product.start(["apply", id, "--offline", "--yes"], { INFRA_FAULTS: slow });
  await until("an apply is on record", () => product.has(`${work}/state/applied`) && product.engineOf(id));
  expect((await status()).detail).toContain(`under way: apply of `);
  process.kill(running.pid, "SIGKILL");
  await running.ended;
  expect(await status()).toMatchObject({ code: 2, state: "apply-incomplete", detail: "the last apply did not end" });
  await until("the engine has ended, too", () => product.engineOf(id) === undefined);
});

it("says that a state was restored, and that a deployment was destroyed", async () => {
  await apply();
  await product.infra("state", "restore", id, "1", "--offline");
  expect(await status()).toMatchObject({
    state: "apply-incomplete",
    detail: expect.stringMatching(/restored from version 1 since$/) as string,
  });
  await apply();
  expect((await status()).state).toBe("up-to-date");
  expect((await product.infra("destroy", id, "--offline", "--yes")).code).toBe(0);
  expect(await status()).toMatchObject({ code: 2, state: "destroyed" });
});

it("tells a state that was applied before there were records from one that never was", async () => {
  await apply();
  rmSync(join(product.root, work, "state/applied"), { recursive: true });
  expect(await status()).toMatchObject({
    state: "apply-incomplete",
    detail: "there is a state, with no record of how it was applied",
  });
  await apply();
  expect((await status()).state).toBe("up-to-date");
});

it("tells the rest when one deployment can't be synthesized, and exits 1", async () => {
  await apply();
  const bad = net("10.0.0.0/16");
  product.write("inventory/production/bad.yaml", bad);
  await product.infra("apply", "production/bad", "--offline", "--yes");
  product.write("inventory/production/bad.yaml", bad.replace("cidr", "sidr"));
  expect(await statusIn(product)).toMatchObject({
    code: 1,
    deployments: [{ state: "unknown" }, { state: "up-to-date" }],
  });
  const { stdout } = await product.infra("status", "--offline");
  expect(stdout).toContain("inventory/production/bad.yaml:4:12 networks.one.sidr");
  const damaged = `${work}/state/applied/00000009-0123456789abcdef.json`;
  product.write(damaged, "{}");
  expect((await product.infra("status", id, "--offline")).stdout).toContain(
    `${damaged}: the state of production/net is damaged`,
  );
});

it("looks at the deployments that are named, and refuses what is none", async () => {
  product.write("inventory/production/later.yaml", net("10.1.0.0/16"));
  expect((await statusIn(product, "production/later")).deployments).toEqual([
    { id: "production/later", state: "never-applied" },
  ]);
  const { code, stderr } = await product.infra("status", "production/latter", "--offline");
  expect(code).toBe(1);
  expect(stderr).toContain('"production/latter" is not a deployment of inventory. Did you mean "production/later"?');
});

it("records the names of secrets, never their values, and needs none of them", async () => {
  const canary = "canary-3f9a-never-on-record";
  product.write(
    "inventory/production/net.yaml",
    "stack: ./stacks/values\nconfig:\n  kept: { one: secret://acme/net#key }\n",
  );
  const env = { INFRA_STATE_PASSPHRASE: passphrase, INFRA_SECRET_ACME_NET_KEY: canary };
  const applied = await product.infraWith(env, "apply", id, "--yes");
  expect(applied.code, applied.output).toBe(0);
  const recorded = Object.keys(product.tree()).filter((file) => file.startsWith("state/production/net/applied/"));
  expect(recorded).toHaveLength(3);
  const text = recorded.map((file) => product.read(file)).join("\n");
  expect(text).toContain("secret://acme/net#key");
  expect(text).not.toContain(canary);
  const { code, output } = await product.infra("status");
  expect(code, output).toBe(0);
});

it("is up to date after an apply that was handed a sensitive output", async () => {
  product.write("inventory/production/net.yaml", "stack: ./stacks/values\nconfig:\n  secret: a-sensitive-output\n");
  product.write(
    "inventory/production/user.yaml",
    "stack: ./stacks/values\nconfig:\n  kept: { one: { output: net.secret } }\n",
  );
  const applied = await product.infra("apply", "--all", "--offline", "--yes");
  expect(applied.code, applied.output).toBe(0);
  expect((await statusIn(product)).code).toBe(0);
});

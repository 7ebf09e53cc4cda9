import { afterAll, beforeAll, expect, it } from "vitest";
import { openTofu, Product } from "../product.js";

const net = "stack: ./stacks/net\nconfig:\n  networks:\n    one: { cidr: 10.0.0.0/16 }\n";
const escape = "\u001b";

let product: Product;

beforeAll(async () => {
  product = new Product(await openTofu());
  product.write("inventory/production/net.yaml", net);
  product.write("inventory/staging/net.yaml", net);
});

afterAll(() => {
  product.remove();
});

it("lists the deployments, for people and as a JSON array", async () => {
  const text = await product.infra("list");
  expect(text.code).toBe(0);
  expect(text.stdout).toMatch(
    /^deployment +stack +provider +region +refers to\nproduction\/net +\.\/stacks\/net +hetzner +fsn1\n/,
  );
  const json = await product.infra("list", "--json");
  expect(JSON.parse(json.stdout)).toEqual([
    expect.objectContaining({ id: "production/net", environment: "production", provider: "hetzner", references: [] }),
    expect.objectContaining({ id: "staging/net" }),
  ]);
});

it("prints the results of a plan as JSON and exits 2 on changes", async () => {
  const ran = await product.infra("plan", "--offline", "--json");
  expect(ran.code, ran.output).toBe(2);
  expect(JSON.parse(ran.stdout)).toMatchObject({
    verb: "plan",
    exitCode: 2,
    results: [
      {
        id: "production/net",
        status: "changed",
        counts: { create: 1, update: 0, replace: 0, delete: 0 },
        changes: [
          { address: "hcloud_network.one_network", action: "create", place: "inventory/production/net.yaml:4" },
        ],
      },
      { id: "staging/net" },
    ],
  });
  expect(ran.stderr).toBe("");
});

it("says of offline runs that they are offline, and what that means", async () => {
  const { stdout } = await product.infra("validate", "production/net", "--offline");
  expect(stdout).toContain("Offline: the mock provider stood in for the cloud.");
  expect(stdout).toContain("1 deployment: 1 done");
});

it("offers the nearest deployment when one is not known, and exits 1", async () => {
  const ran = await product.infra("plan", "production/met", "--offline");
  expect(ran.code).toBe(1);
  expect(ran.stderr).toBe('"production/met" is not a deployment of inventory. Did you mean "production/net"?\n');
  const json = await product.infra("plan", "production/met", "--offline", "--json");
  expect(JSON.parse(json.stdout)).toMatchObject({
    exitCode: 1,
    problems: [{ remedy: 'Did you mean "production/net"?' }],
  });
});

it("refuses unknown commands and options, with the nearest one", async () => {
  const unknownCommand = await product.infra("plam");
  expect(unknownCommand.code).toBe(1);
  expect(unknownCommand.stderr).toContain("(Did you mean plan?)");
  const unknownOption = await product.infra("plan", "--ofline");
  expect(unknownOption.code).toBe(1);
  expect(unknownOption.stderr).toContain("(Did you mean --offline?)");
  const badNumber = await product.infra("plan", "--parallelism", "none");
  expect(badNumber.code).toBe(1);
  expect(badNumber.stderr).toContain("Use a whole number of 1 or more.");
});

it("prints help with examples and exits 0", async () => {
  const ran = await product.infra("--help");
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain("$ infra plan production/compute");
  expect(ran.stdout).toContain("Exit codes: 0 no change, 2 changes, 1 error.");
  const verb = await product.infra("apply", "--help");
  expect(verb.code).toBe(0);
  expect(verb.stdout).toContain("--yes");
});

it("does not apply or destroy everything unless that is said", async () => {
  for (const verb of ["apply", "destroy"]) {
    const ran = await product.infra(verb, "--offline", "--yes");
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(`Name them, or say all: infra ${verb} --all`);
  }
});

it("examines the machine: ok, warnings, and exit 1 on errors only", async () => {
  const good = await product.infra("doctor");
  expect(good.code, good.output).toBe(0);
  expect(good.stdout).toMatch(/^✓ engine: (?:tofu|terraform) \d+\.\d+\.\d+ \(/);
  expect(good.stdout).toMatch(/^! encryption: INFRA_STATE_PASSPHRASE is not set/m);
  expect(good.stdout).toMatch(/^✓ inventory: acme, 2 deployments$/m);
  const bad = await product.infraWith({ INFRA_ENGINE: "/nowhere/tofu" }, "doctor", "--json");
  expect(bad.code).toBe(1);
  const [engine] = JSON.parse(bad.stdout) as { level: string; message: string; remedy: string }[];
  expect(engine).toMatchObject({ level: "error", message: expect.stringContaining("/nowhere/tofu") as string });
  expect(engine?.remedy).not.toBe("");
});

it("lists versions, goes back to one, and refuses one that is not there", async () => {
  const none = await product.infra("state", "versions", "staging/net", "--offline");
  expect(none.stdout).toBe("staging/net has no state: it was never applied\n");
  await product.infra("apply", "production/net", "--offline", "--yes");
  const json = await product.infra("state", "versions", "production/net", "--offline", "--json");
  const versions = JSON.parse(json.stdout) as { version: number; current: boolean }[];
  expect(versions[0]?.current).toBe(true);
  expect(versions.map(({ version }) => version)).toEqual(versions.map((_, index) => versions.length - index));
  for (const wrong of ["99", "abc", "0", "-1"]) {
    const ran = await product.infra("state", "restore", "production/net", "--offline", "--", wrong);
    expect(ran.code, ran.output).toBe(1);
    expect(ran.stderr).toContain("infra state versions");
  }
  const restored = await product.infra("state", "restore", "production/net", "1", "--offline");
  expect(restored.code, restored.output).toBe(0);
  const unlocked = await product.infra("state", "unlock", "production/net", "--offline", "--json");
  expect(unlocked.stdout).toBe("null\n");
});

it("uses no colours where its output is not a terminal", async () => {
  const ran = await product.infra("plan", "--offline");
  expect(ran.output).not.toContain(escape);
});

it("refuses faults that it cannot read and a damaged cloud, with a remedy and without a stack trace", async () => {
  const faults = await product.infraWith({ INFRA_FAULTS: "[{]" }, "plan", "staging/net", "--offline");
  expect(faults.code).toBe(1);
  expect(faults.stdout).toContain("Correct INFRA_FAULTS, or unset it");
  expect(faults.output).not.toContain("unexpected:");
  product.write(`${product.work("staging/net")}/cloud.jsonl`, '{"type": 1}\n{}\n');
  const cloud = await product.infra("plan", "staging/net", "--offline");
  expect(cloud.code).toBe(1);
  expect(cloud.stdout).toMatch(/cloud\.jsonl:1/);
  expect(cloud.output).not.toContain("unexpected:");
});

it("says outside of a product where it can be run", async () => {
  const elsewhere = new Product(product.engine);
  elsewhere.write("package.json", "{}");
  elsewhere.write("inventory/product.yaml", "");
  const ran = await elsewhere.infra("list", "--inventory", "nowhere");
  elsewhere.remove();
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain("nowhere");
});

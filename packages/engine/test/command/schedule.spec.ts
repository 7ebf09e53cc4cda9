import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { openTofu, Product, until } from "../product.js";

vi.setConfig({ testTimeout: 240_000 });

/** Only `production/b` has a subnet: what strikes subnets strikes it alone. */
const fault = (strike: object) => ({
  INFRA_FAULTS: JSON.stringify([{ type: "hcloud_network_subnet", ...strike }]),
});
const all = ["apply", "--all", "--offline", "--yes"];
const [a, b, c, d, e] = ["production/a", "production/b", "production/c", "production/d", "production/e"] as const;

let tofu: string;
let product: Product;

beforeAll(async () => {
  tofu = await openTofu();
});

/** a → b → c → e, with d apart. */
beforeEach(() => {
  product = new Product(tofu);
  const write = (name: string, config: string) => {
    product.write(`inventory/production/${name}.yaml`, `stack: ./stacks/link\nconfig: ${config}\n`);
  };
  write("a", "{}");
  write("b", "{ subnet: true, after: { a: { output: a.name } } }");
  write("c", "{ after: { b: { output: b.name } } }");
  write("d", "{}");
  write("e", "{ after: { c: { output: c.name } } }");
});

afterEach(() => {
  product.remove();
});

const apply = async (env: Readonly<Record<string, string>> = {}) => {
  const { code, stdout, stderr, output } = await product.infraWith(env, ...all, "--json");
  const { results } = JSON.parse(stdout) as {
    results: { id: string; status: string; problems: { message: string }[] }[];
  };
  return {
    code,
    output,
    stderr,
    statuses: Object.fromEntries(results.map(({ id, status }) => [id, status])),
    said: Object.fromEntries(
      results.map(({ id, problems }) => [id, problems.map(({ message }) => message).join("\n")]),
    ),
  };
};

const completes = async () => {
  const { code, output, statuses } = await apply();
  expect(code, output).toBe(0);
  expect(statuses).toEqual({ [a]: "unchanged", [b]: "applied", [c]: "applied", [d]: "unchanged", [e]: "applied" });
  expect(
    product
      .cloud(b)
      .map(({ type }) => type)
      .sort(),
  ).toEqual(["hcloud_network", "hcloud_network_subnet"]);
  for (const id of [a, c, d, e]) expect(product.cloud(id)).toHaveLength(1);
};

it("stops only what depends on a deployment that failed, names it, and goes on there when it is run again", async () => {
  const { code, statuses, said } = await apply(fault({ operation: "create", error: "no capacity" }));
  expect(code).toBe(1);
  expect(statuses).toEqual({ [a]: "applied", [b]: "failed", [c]: "failed", [d]: "applied", [e]: "failed" });
  expect(said[b]).toContain("hcloud_network_subnet.subnet: mock provider: injected fault");
  expect(said[c]).toBe(`${c} was not started: ${b} failed`);
  expect(said[e]).toBe(`${e} was not started: ${b} failed`);
  for (const id of [c, e]) {
    expect(product.cloud(id)).toEqual([]);
    expect(product.has(product.work(id))).toBe(false);
  }
  await completes();
});

it("goes on where a run was killed with -9: nothing depends on what was not finished, nothing is done twice", async () => {
  const running = product.start(all, fault({ operation: "create", delayMs: 120_000 }));
  const applied = (id: string) => {
    const records = join(product.root, product.work(id), "state/applied");
    return existsSync(records) && readdirSync(records).filter((name) => /^\d{8}-/.test(name)).length === 2;
  };
  await until("a and d are applied, and b is at work", () => applied(a) && applied(d) && product.cloud(b).length === 1);
  process.kill(running.pid, "SIGKILL");
  await running.ended;
  for (const id of [c, e]) expect(product.has(product.work(id))).toBe(false);
  const status = await product.infra("status", "--offline");
  expect(status.stdout).toMatch(/^production\/b +apply incomplete/m);
  expect(status.stdout).toMatch(/^production\/c +never applied/m);
  await completes();
});

it("destroys in reverse order, and keeps what something still stands on that could not be destroyed", async () => {
  expect((await apply()).code).toBe(0);
  const destroy = ["destroy", "--all", "--offline", "--yes"];
  const failed = await product.infraWith(fault({ operation: "delete", error: "in use" }), ...destroy);
  expect(failed.code).toBe(1);
  expect(failed.stdout).toContain(`${a} was not started: ${b} failed`);
  expect([a, b, c, d, e].filter((id) => product.cloud(id).length > 0)).toEqual([a, b]);
  const order: string[] = [];
  const again = await product.infra(...destroy);
  expect(again.code, again.output).toBe(0);
  for (const line of again.stderr.split("\n")) order.push(...(/^(\S+): destroy ended/.exec(line)?.slice(1) ?? []));
  expect(order.indexOf(b)).toBeLessThan(order.indexOf(a));
  for (const id of [a, b, c, d, e]) expect(product.cloud(id)).toEqual([]);
});

it("says on the error output, where that is no terminal, how each deployment ends", async () => {
  const ran = await product.infraWith(fault({ operation: "create", error: "no capacity" }), ...all);
  const lines = ran.stderr.trim().split("\n");
  expect(lines).toContainEqual(
    expect.stringMatching(/^production\/a: apply ended after \d+s: applied, 1 of 1 resource$/),
  );
  expect(lines).toContainEqual(
    expect.stringMatching(/^production\/b: apply ended after \d+s: failed, 1 of 2 resources$/),
  );
  expect(lines).toContain(`${c}: not started`);
  expect(lines).toHaveLength(5);
  expect(ran.stderr).not.toContain("\u001b");
  expect((await apply()).stderr).toBe("");
});

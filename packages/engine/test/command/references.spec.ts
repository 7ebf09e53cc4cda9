import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { openTofu, Product } from "../product.js";

const values = (items: string): string =>
  `stack: ./stacks/values\nconfig:\n  items:\n${items.replaceAll(/^(?=.)/gm, "    ")}`;
const upstream = "production/up";
const downstream = "production/down";

/** A stack that takes a part of what it refers to. */
const wantsSubnets = `
const { defineStack } = require("@infra/core");
const { orReference } = require("@infra/inventory");
const { DataResource, propertyAccess } = require("cdktf");
const { z } = require("zod");
exports.default = defineStack({
  config: z.strictObject({ network: orReference(z.any()) }),
  build(stack, { network }) {
    const data = new DataResource(stack, "data", {});
    data.addOverride("input", propertyAccess(stack.outputOf(network), ["subnets"]));
    return {};
  },
});
`;

let tofu: string;
let product: Product;

beforeAll(async () => {
  tofu = await openTofu();
});

beforeEach(() => {
  product = new Product(tofu);
});

afterEach(() => {
  product.remove();
});

const write = (name: string, items: string): void => {
  product.write(`inventory/production/${name}.yaml`, values(items));
};

it("waits for an upstream deployment of the same run that was never applied, and names it", async () => {
  write("up", "one: hello\n");
  write("down", "two: { output: up.items.one }\n");
  const ran = await product.infra("plan", "--offline");
  expect(ran.code, ran.output).toBe(2);
  expect(ran.stdout).toMatch(/ down \(\.\/stacks\/values\) +hetzner +waiting /);
  expect(ran.stdout).toContain(
    'inventory/production/down.yaml:4:20 production/up was never applied, so "up.items.one" has no value yet. Apply it first: infra apply production/up --offline',
  );
});

it("fails when it is asked for alone and its upstream was never applied, and names it", async () => {
  write("up", "one: hello\n");
  write("down", "two: { output: up.items.one }\n");
  const ran = await product.infra("plan", downstream, "--offline");
  expect(ran.code, ran.output).toBe(1);
  expect(ran.stdout).toContain("production/up was never applied");
  expect(product.has(`${product.work(downstream)}/plan.tfplan`)).toBe(false);
});

it("hands over texts, numbers, lists and objects as they are, and applies all in their order", async () => {
  const odd = 'a ${path.module} $${b} %{ if true } %%{c} \\"d\\" $ % \\\\ é';
  write("up", `text: "${odd}"\nnumber: 42.5\nlist: [1, two, null]\nobject: { deep: { er: [true] } }\n`);
  const names = ["text", "number", "list", "object"];
  write(
    "down",
    `${names.map((name) => `${name}: { output: up.items.${name} }\n`).join("")}inner: { output: up.items.object.deep.er }\n`,
  );
  const applied = await product.results("apply", "--all", "--offline", "--yes");
  expect(applied.code, applied.output).toBe(0);
  const { results } = await product.results("output", "--offline");
  const up = results[upstream]?.outputs?.["items"] as Record<string, unknown>;
  expect(up).toMatchObject({ number: 42.5, object: { deep: { er: [true] } } });
  expect(results[downstream]?.outputs?.["items"]).toEqual({ ...up, inner: [true] });
  expect((await product.infra("plan", "--offline")).code).toBe(0);
});

it("plans a change downstream when a consumed output has changed", async () => {
  write("up", "one: hello\n");
  write("down", "two: { output: up.items.one }\n");
  await product.infra("apply", "--all", "--offline", "--yes");
  write("up", "one: bye\n");
  await product.infra("apply", upstream, "--offline", "--yes");
  const planned = await product.results("plan", downstream, "--offline");
  expect(planned.code, planned.output).toBe(2);
  expect(planned.results[downstream]?.changes).toMatchObject([
    { action: "update", place: "inventory/production/down.yaml:4" },
  ]);
});

it("refuses an output that is not there, and names those that are", async () => {
  write("up", "one: hello\n");
  write("down", "two: { output: up.items.tow }\n");
  const ran = await product.infra("apply", "--all", "--offline", "--yes");
  expect(ran.code, ran.output).toBe(1);
  expect(ran.stdout).toContain(
    'production/up has no output "items.tow". Did you mean "items.one"? Its outputs are: items.one',
  );
});

it.each([
  ["validate", "--offline"],
  ["plan", "--offline"],
  ["plan", downstream, "--offline"],
])("refuses an output that the upstream never will have before it is applied: infra %s %s", async (...args) => {
  write("up", "one: hello\n");
  write("down", "two: { output: up.itmes }\nthree: { output: up.items.oen }\n");
  const ran = await product.infra(...args);
  expect(ran.code, ran.output).toBe(1);
  expect(ran.stdout).toContain(
    'down.yaml:4:20 production/up has no output "itmes". Did you mean "items"? Its outputs are: items',
  );
  expect(ran.stdout).toContain('down.yaml:5:22 production/up has no output "items.oen". Did you mean "items.one"?');
});

it("says of an upstream that can't be synthesized what is wrong with it, and nothing of its references", async () => {
  product.write("inventory/production/up.yaml", "stack: ./stacks/values\nconfig:\n  itmes: {}\n");
  write("down", "two: { output: up.items }\n");
  const validated = await product.results("validate", "--offline");
  expect(validated.results[upstream]?.status, validated.output).toBe("failed");
  expect(validated.results[downstream]?.status).toBe("done");
});

it("names the reference, and its place, whose output is of a kind that the stack has no use for", async () => {
  product.write("stacks/wants/index.js", wantsSubnets);
  write("up", "one: hello\n");
  product.write(
    "inventory/production/down.yaml",
    "stack: ./stacks/wants\nconfig:\n  network: { output: up.items.one }\n",
  );
  const applied = await product.infra("apply", upstream, "--offline", "--yes");
  expect(applied.code, applied.output).toBe(0);
  const ran = await product.infra("plan", downstream, "--offline");
  expect(ran.code, ran.output).toBe(1);
  expect(ran.stdout).toContain(
    'inventory/production/down.yaml:3:22 the output "up.items.one" is not of the kind that is wanted here: ',
  );
});

it("hands a sensitive output over as a sensitive variable, and shows none", async () => {
  product.write("inventory/production/up.yaml", "stack: ./stacks/values\nconfig:\n  secret: very-secret-value\n");
  product.write(
    "inventory/production/down.yaml",
    "stack: ./stacks/values\nconfig:\n  kept: { two: { output: up.secret } }\n",
  );
  const ran = await product.infra("apply", "--all", "--offline", "--yes");
  expect(ran.code, ran.output).toBe(0);
  expect(JSON.parse(product.read(`${product.work(downstream)}/cdk.tf.json`))).toMatchObject({
    variable: { up__secret: { sensitive: true } },
  });
  product.write("inventory/production/up.yaml", "stack: ./stacks/values\nconfig:\n  secret: very-secret-other\n");
  await product.infra("apply", upstream, "--offline", "--yes");
  const planned = await product.infra("plan", downstream, "--offline", "--json");
  expect(planned.code, planned.output).toBe(2);
  expect(planned.output).toContain("(sensitive)");
  expect(planned.output).not.toContain("very-secret");
  const output = await product.infra("output", upstream, "--offline");
  expect(output.stdout).toContain("(sensitive)");
  expect(ran.output + output.output).not.toContain("very-secret-value");
});

it("stops only the dependents of a failed upstream", async () => {
  product.write(
    "inventory/production/up.yaml",
    "stack: ./stacks/net\nconfig:\n  networks:\n    a: { cidr: 10.0.0.0/16 }\n",
  );
  write("down", "two: { output: up.networks.a.id }\n");
  write("further", "three: { output: down.items.two }\n");
  write("other", "four: fine\n");
  const faults = JSON.stringify([{ type: "hcloud_network", operation: "create", error: "no capacity" }]);
  const ran = await product.infraWith({ INFRA_FAULTS: faults }, "apply", "--all", "--offline", "--yes", "--json");
  const results = (
    JSON.parse(ran.stdout) as {
      results: { id: string; status: string; problems: { message: string; remedy: string }[] }[];
    }
  ).results;
  const of = (name: string) => results.find(({ id }) => id === `production/${name}`);
  expect(ran.code).toBe(1);
  expect(of("up")?.problems[0]?.message).toContain("hcloud_network.a_network");
  expect(of("up")?.problems[0]?.remedy).toContain("no capacity");
  expect(of("down")).toMatchObject({
    status: "failed",
    problems: [{ message: `${downstream} was not started: ${upstream} failed` }],
  });
  expect(of("further")?.status).toBe("failed");
  expect(of("other")?.status).toBe("applied");
});

it("destroys in the reverse order, and once more without values to hand over", async () => {
  write("up", "one: hello\n");
  write("down", "two: { output: up.items.one }\n");
  await product.infra("apply", "--all", "--offline", "--yes");
  const destroyed = await product.results("destroy", "--all", "--offline", "--yes");
  expect(destroyed.code, destroyed.output).toBe(0);
  expect(product.states(downstream).at(-1)).toEqual({});
  expect(product.states(upstream).at(-1)).toEqual({});
  const again = await product.results("destroy", "--all", "--offline", "--yes");
  expect(again.code, again.output).toBe(0);
  expect(Object.values(again.results).map(({ status }) => status)).toEqual(["unchanged", "unchanged"]);
});

it("destroys nothing, and says so, where nothing was ever applied", async () => {
  write("up", "one: hello\n");
  write("down", "two: { output: up.items.one }\n");
  const destroyed = await product.results("destroy", "--all", "--offline", "--yes");
  expect(destroyed.code, destroyed.output).toBe(0);
  expect(Object.values(destroyed.results).map(({ status }) => status)).toEqual(["unchanged", "unchanged"]);
});

it("reads outputs of encrypted states, also when several runs do so at once", async () => {
  product = new Product(tofu, { INFRA_STATE_PASSPHRASE: "correct-horse-battery-staple" }, product);
  write("up", "one: hello\n");
  for (const name of ["a", "b", "c"]) write(name, "two: { output: up.items.one }\n");
  const applied = await product.infra("apply", upstream, "--yes");
  expect(applied.code, applied.output).toBe(0);
  const runs = await Promise.all(["a", "b", "c"].map((name) => product.infra("plan", `production/${name}`)));
  for (const { code, output } of runs) expect(code, output).toBe(2);
});

it("names what refers to a deployment that is destroyed alone", async () => {
  product.write(`inventory/${upstream}.yaml`, values("one: hello\n"));
  product.write(`inventory/${downstream}.yaml`, values("two: { output: up.items.one }\n"));
  expect((await product.infra("apply", "--all", "--offline", "--yes")).code).toBe(0);
  const note = `${upstream}: ${downstream} refers to it: destroy that first, unless it was never applied`;
  const alone = await product.infra("destroy", upstream, "--offline");
  expect(alone.code).toBe(1);
  expect(alone.stdout).toContain(note);
  const both = await product.infra("destroy", upstream, downstream, "--offline", "--yes");
  expect(both.code, both.output).toBe(0);
  expect(both.stdout).not.toContain("refers to it");
});

import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { openTofu, Product } from "../product.js";

let product: Product;
const git = (...args: string[]) => execFileSync("git", args, { cwd: product.root });
const append = (file: string) => appendFileSync(join(product.root, file), "\n# changed\n");

beforeAll(async () => {
  product = new Product(await openTofu(), {
    GIT_AUTHOR_NAME: "a",
    GIT_AUTHOR_EMAIL: "a@example.com",
  });
  const deployment = "stack: ./stacks/values\nconfig: { items: { one: 1 } }\n";
  for (const id of ["production/one", "production/two", "staging/one"])
    product.write(`inventory/${id}.yaml`, deployment);
  const refers = "stack: ./stacks/values\nconfig: { items: { one: { output: one.items } } }\n";
  product.write("inventory/production/down.yaml", refers);
  product.write(".gitignore", "node_modules\n.infra\n");
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "start");
});

beforeEach(() => {
  git("checkout", "-q", ".");
  git("clean", "-qfd");
});

afterAll(() => {
  product.remove();
});

const affected = async (...args: string[]) => (await product.infra("affected", ...args)).stdout.trim().split("\n");

it("lists a deployment whose file changed, and those that refer to it", async () => {
  append("inventory/production/one.yaml");
  expect(await affected("--base", "main")).toEqual(["production/down", "production/one"]);
});

it("lists nothing where nothing changed, also from what it kept", async () => {
  expect(await affected("--base", "main")).toEqual([""]);
  expect(await affected("--base", "main")).toEqual([""]);
});

it("reads a file again that was changed, put back and changed in another way", async () => {
  product.write(
    "inventory/staging/one.yaml",
    "stack: ./stacks/values\nconfig: { items: { one: { output: two.items } } }\n",
  );
  product.write("inventory/staging/two.yaml", "stack: ./stacks/values\nconfig: {}\n");
  expect(await affected("--base", "main")).toEqual(["staging/one", "staging/two"]);
  git("checkout", "-q", ".");
  expect(await affected("--base", "main")).toEqual(["staging/two"]);
});

it("lists all that a stack of the product's own is for, by their names in Nx as well", async () => {
  product.write("stacks/values/more.js", "// more\n");
  const ran = await product.infra("affected", "--base", "main", "--json");
  expect((JSON.parse(ran.stdout) as { project: string }[]).map(({ project }) => project)).toEqual([
    "production-down",
    "production-one",
    "production-two",
    "staging-one",
  ]);
});

it("says which revision git does not know", async () => {
  const ran = await product.infra("affected", "--base", "origin/none");
  expect([ran.code, ran.stdout]).toEqual([1, ""]);
  expect(ran.stderr).toContain('"origin/none" is not a revision');
});

it("plans what a change affects, and nothing where it affects nothing", async () => {
  append("inventory/staging/one.yaml");
  const { code, results, output } = await product.results("plan", "--affected", "--base", "main", "--offline");
  expect(code, output).toBe(2);
  expect(Object.keys(results)).toEqual(["staging/one"]);
  git("checkout", "-q", ".");
  const ran = await product.infra("plan", "--affected", "--base", "main", "--offline");
  expect([ran.code, ran.stdout]).toEqual([0, "the change affects no deployment\n"]);
});

it("refuses a base without --affected, and names beside it", async () => {
  expect((await product.infra("plan", "--base", "main")).stderr).toContain("infra plan --affected --base <ref>");
  expect((await product.infra("plan", "staging/one", "--affected")).stderr).toContain("--affected chooses");
});

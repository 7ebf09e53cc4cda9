import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { openTofu, passphrase, Product, terraform, until } from "../../../test/product.js";

const id = "production/up";
const items = "stack: ./stacks/values\nconfig:\n  items: { one: hello }\n";
const work = join(".infra", "real", id);

let tofu: string;
let product: Product;

beforeAll(async () => {
  tofu = await openTofu();
});

beforeEach(() => {
  product = new Product(tofu, { INFRA_STATE_PASSPHRASE: passphrase });
});

afterEach(() => {
  product.remove();
});

it("ends the engine that a killed run left at work, and takes over the state that it could not save", async () => {
  product.write("inventory/production/up.yaml", `${items}  script: "touch started; exec sleep 60"\n`);
  const running = product.start(["apply", id, "--yes"]);
  await until("the script has started", () => product.has(join(work, "started")));
  process.kill(running.pid, "SIGKILL");
  await running.ended;

  product.write("inventory/production/up.yaml", items);
  const applied = await product.infra("apply", id, "--yes", "--json");
  expect(applied.code, applied.output).toBe(0);
  // What the killed run created is known: it is neither lost nor created again.
  const { results } = JSON.parse(applied.stdout) as { results: [{ changes: { address: string; action: string }[] }] };
  expect(results[0].changes).toEqual([{ address: "terraform_data.script", action: "delete" }]);
  expect(applied.stdout).toMatch(/took over the lock of a run that died: apply of \S+, pid \d+/);
  expect(applied.stdout).toMatch(/ended the engine that a run had left behind \(pid \d+\)/);
  expect(applied.stdout).toContain("recorded the state that an interrupted run had left");
  expect(product.has(join(work, "errored.tfstate"))).toBe(false);
  expect((await product.infra("plan", id)).code).toBe(0);
});

it("says of a state that was damaged which file it is and how to go back, for every verb", async () => {
  product.write("inventory/production/up.yaml", items);
  await product.infra("apply", id, "--yes");
  const folder = join(product.root, "state", id, "versions");
  appendFileSync(join(folder, readdirSync(folder)[0]!), "x");
  for (const args of [["plan"], ["apply", "--yes"], ["drift"], ["output"], ["destroy", "--yes"]]) {
    const ran = await product.infra(args[0]!, id, ...args.slice(1));
    expect(ran.code, ran.output).toBe(1);
    expect(ran.stdout).toMatch(/\.tfstate: the state of production\/up is damaged: sha256 is/);
    expect(ran.stdout).toContain('go back with "infra state restore production/up <version>"');
    expect(ran.stdout).not.toContain("HTTP");
  }
});

it("names the variable when the passphrase is another one, and changes nothing", async () => {
  product.write("inventory/production/up.yaml", items);
  await product.infra("apply", id, "--yes");
  for (const verb of ["plan", "output"]) {
    const ran = await product.infraWith({ INFRA_STATE_PASSPHRASE: "another-passphrase-than-before" }, verb, id);
    expect(ran.code, ran.output).toBe(1);
    expect(ran.stdout).toContain("Set INFRA_STATE_PASSPHRASE to the passphrase that the state was written with");
  }
  expect((await product.infra("plan", id)).code).toBe(0);
});

it.skipIf(terraform() === undefined)("works on after the engine was changed, in the same folders", async () => {
  product.write("inventory/production/up.yaml", items);
  const offline = async (engine: string, verb: string, ...more: string[]) =>
    product.infraWith({ INFRA_ENGINE: engine, INFRA_STATE_PASSPHRASE: "" }, verb, id, "--offline", ...more);
  for (const engine of [tofu, terraform()!, tofu]) {
    const applied = await offline(engine, "apply", "--yes");
    expect(applied.code, applied.output).toBe(0);
    expect((await offline(engine, "output")).stdout).toContain('"one": "hello"');
  }
});

import { join } from "node:path";
import type { VaultServer } from "@infra/services";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { filesWith, formsOf } from "../canaries.js";
import { id, key, productWith, setState, settings, startTransit, tokenFor, work } from "../keys.js";
import { filesIn, openTofu, passphrase, Product, type Ran, terraform, until } from "../product.js";
import { inventory, long, waiting } from "../remote.js";

const canary = "canary-of-a-state-4711";
const file = "inventory/production/up.yaml";
let tofu: string;
let vault: VaultServer;
const products: Product[] = [];
const templates = new Map<string, Product>();

beforeAll(async () => {
  [tofu, vault] = await Promise.all([openTofu(), startTransit()]);
});
afterEach(async () => {
  await vault.unseal();
  for (const product of products.splice(0)) product.remove();
});
afterAll(async () => {
  for (const template of templates.values()) template.remove();
  await vault.stop();
});

const environment = () => ({
  VAULT_ADDR: vault.address,
  VAULT_TOKEN: vault.rootToken,
  INFRA_STATE_PASSPHRASE: passphrase,
});
/** A product, applied once, whose states Vault encrypts; the passphrase is there too, and must not be taken instead. */
const made = async (state: string = settings.transit): Promise<Product> => {
  let template = templates.get(state);
  if (!template) {
    templates.set(state, (template = productWith(tofu, state, environment())));
    template.write(file, inventory(canary));
    ok(await apply(template));
  }
  const product = new Product(tofu, environment(), template);
  products.push(product);
  return product;
};
/** Digests of versions and pointers; locks come and go. */
const stored = (product: Product) =>
  Object.fromEntries(
    Object.entries(product.tree()).filter(([path]) => /^state\/.*\/(?:versions|pointers)\//.test(path)),
  );
/** Files of states, plans and runs that hold the canary in any form; the inventory and its synthesis do. */
const inClear = (product: Product): string[] =>
  ["state", ".infra/outputs", work]
    .filter((folder) => product.has(folder))
    .flatMap((folder) => filesWith(join(product.root, folder), formsOf(canary)))
    .filter((path) => !/cdk\.tf\.json$|\.configuration\.json$/.test(path));
const ok = (ran: Ran) => expect(ran.code, ran.output).toBe(0);
const apply = (product: Product, env = {}) => product.infraWith(env, "apply", id, "--yes");

describe("fault 7: the key service", () => {
  it.each([
    ["is sealed", async () => void (await vault.seal()), {}, "it is sealed"],
    ["does not answer", () => Promise.resolve(), { VAULT_ADDR: "http://127.0.0.1:1023" }, "connection refused"],
    ["knows the token no more", () => Promise.resolve(), { VAULT_TOKEN: "hvs.gone" }, "is not valid, or has expired"],
  ])("%s: nothing is planned or applied, and no other key is taken", async (_, disturb, env, why) => {
    const product = await made();
    const before = stored(product);
    product.write(file, inventory(`${canary} changed`));
    await disturb();
    for (const args of [["plan"], ["apply", "--yes"], ["output"]]) {
      const ran = await product.infraWith(env, args[0]!, id, ...args.slice(1));
      expect(ran.code, ran.output).toBe(1);
      expect(ran.output).toContain(`the key transit/${key} can't be used`);
      expect(ran.output).toContain(why);
    }
    expect(stored(product)).toEqual(before);
    expect(inClear(product)).toEqual([]);
  });

  it("denies: a token for one deployment's key reads no other one's state", async () => {
    const product = await made();
    product.write("inventory/production/other.yaml", inventory(canary));
    ok(await product.infra("apply", "--all", "--yes"));
    const policy = await product.infra("state", "policy", "production/other");
    ok(policy);
    const VAULT_TOKEN = await tokenFor(vault, "other", policy.stdout);
    ok(await product.infraWith({ VAULT_TOKEN }, "output", "production/other"));
    const before = stored(product);
    for (const args of [["output"], ["plan"], ["apply", "--yes"]]) {
      const ran = await product.infraWith({ VAULT_TOKEN }, args[0]!, id, ...args.slice(1));
      expect(ran.code, ran.output).toBe(1);
      expect(ran.output).toContain("the token may not use transit/datakey/plaintext/acme.production.up");
      expect(ran.output).not.toContain(canary);
    }
    expect(stored(product)).toEqual(before);
  });

  it("lets a token with the policy of a deployment read the outputs that it refers to", async () => {
    const product = await made();
    product.write(
      "inventory/production/down.yaml",
      "stack: ./stacks/values\nconfig:\n  items: { copy: { output: up.items } }\n",
    );
    const policy = (await product.infra("state", "policy", "production/down")).stdout;
    const VAULT_TOKEN = await tokenFor(vault, "down", policy);
    ok(await product.infraWith({ VAULT_TOKEN }, "apply", "production/down", "--yes"));
    const { results } = await product.results("output", "production/down");
    expect(results["production/down"]?.outputs).toEqual({ items: { copy: { one: canary } } });
  });

  it("lets a token make its key only when the policy says so", async () => {
    const product = await made();
    product.write("inventory/production/first.yaml", inventory(canary));
    const policy = (await product.infra("state", "policy", "production/first")).stdout;
    const without = await tokenFor(vault, "without", policy.replace(/path "transit\/keys[^}]*}/, ""));
    const refused = await product.infraWith({ VAULT_TOKEN: without }, "plan", "production/first");
    expect(refused.code, refused.output).toBe(1);
    expect(refused.output).toContain("does not exist in Vault");
    expect(refused.output).toContain("vault write -f transit/keys/acme.production.first");
    const VAULT_TOKEN = await tokenFor(vault, "first", policy);
    ok(await product.infraWith({ VAULT_TOKEN }, "apply", "production/first", "--yes"));
  });

  it("is sealed in the middle of an apply: the state is recorded, encrypted, and read when it is back", async () => {
    const product = await made();
    product.write(file, inventory(`${canary} changed`, waiting));
    const running = product.start(["apply", id, "--yes"]);
    await until("the script has started", () => product.has(join(work, "started")));
    await vault.seal();
    product.write(join(work, "go"), "");
    const ran = await running.ended;
    ok(ran);
    expect(inClear(product)).toEqual([]);
    expect(product.has(join(work, "errored.tfstate"))).toBe(false);
    await vault.unseal();
    const { results } = await product.results("output", id);
    expect(results[id]?.outputs).toEqual({ items: { one: `${canary} changed` } });
    const checked = await product.infra("state", "rekey", id, "--check");
    ok(checked);
    expect(checked.output).toContain(`nothing is left under another key than transit/${key} v1`);
  });
});

describe.skipIf(terraform() === undefined)("fault 7, with an engine that can't encrypt", () => {
  it("states and plans are sealed with the key of Vault, also when it is sealed in the middle; OpenTofu reads them later", async () => {
    const product = productWith(terraform() ?? "", settings.transit, environment());
    products.push(product);
    product.write(file, inventory(canary, waiting));
    expect((await product.infra("plan", id)).code).toBe(2);
    expect(inClear(product)).toEqual([]);
    const running = product.start(["apply", id, "--yes"]);
    await until("the script has started", () => product.has(join(work, "started")));
    await vault.seal();
    product.write(join(work, "go"), "");
    ok(await running.ended);
    expect(inClear(product)).toEqual([]);
    expect((await product.infra("output", id)).output).toContain("it is sealed");
    await vault.unseal();
    ok(await product.infra("plan", id));
    const checked = await product.infra("state", "rekey", id, "--rotate");
    ok(checked);
    const { stdout } = await product.infraWith({ INFRA_ENGINE: tofu }, "output", id, "--json");
    expect(stdout).toContain(canary);
  });
});

const everyVerb = [["apply", "--yes"], ["output"], ["plan"], ["destroy", "--yes"], ["drift"]];

describe("fault 9: encryption settings are wrong or missing", () => {
  it.each<[string, string, Record<string, string>, string]>([
    ["no passphrase", settings.passphrase, { INFRA_STATE_PASSPHRASE: "" }, "INFRA_STATE_PASSPHRASE is not set"],
    ["a short passphrase", settings.passphrase, { INFRA_STATE_PASSPHRASE: "short" }, "has 5 characters"],
    [
      "another passphrase",
      settings.passphrase,
      { INFRA_STATE_PASSPHRASE: "another one, as long" },
      "that the state was written with",
    ],
    ["Vault for the passphrase", settings.transit, {}, "INFRA_STATE_PASSPHRASE_OLD for a passphrase before"],
    ["no Vault", settings.transit, { VAULT_ADDR: "" }, "no address of Vault is known"],
  ])("%s: what is stored stays as it is, to the byte", async (_, state, env, why) => {
    const product = await made(settings.passphrase);
    const before = stored(product);
    setState(product, state);
    product.write(file, inventory(`${canary} changed`));
    for (const args of long ? everyVerb : everyVerb.slice(0, 2)) {
      const ran = await product.infraWith(env, args[0]!, id, ...args.slice(1));
      expect(ran.code, ran.output).toBe(1);
      expect(ran.output).toContain(why);
    }
    expect(stored(product)).toEqual(before);
    expect(filesIn(join(product.root, work)).filter((path) => path.endsWith("errored.tfstate"))).toEqual([]);
    expect(inClear(product)).toEqual([]);
  });
});

import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { VaultServer } from "@infra/services";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { id, key, productWith, setState, settings, startTransit, work } from "../test/keys.js";
import { filesIn, openTofu, passphrase, type Product } from "../test/product.js";
import { inventory } from "../test/remote.js";

const file = "inventory/production/up.yaml";
const other = "another passphrase, as long as the first";
let tofu: string;
let vault: VaultServer;
const products: Product[] = [];

beforeAll(async () => {
  [tofu, vault] = await Promise.all([openTofu(), startTransit()]);
});
afterEach(() => {
  for (const product of products.splice(0)) product.remove();
});
afterAll(() => vault.stop());

interface Report {
  readonly key: string;
  readonly rewritten: number;
  readonly found: { what: string; key: string; present: boolean; remedy?: string }[];
  readonly problems: { message: string }[];
}

/** A product with three versions under the passphrase. */
const written = async (): Promise<Product> => {
  const product = productWith(tofu, settings.passphrase, {
    VAULT_ADDR: vault.address,
    VAULT_TOKEN: vault.rootToken,
    INFRA_STATE_PASSPHRASE: passphrase,
  });
  products.push(product);
  for (const value of ["one", "two", "three"]) await applied(product, value);
  return product;
};
const applied = async (product: Product, value: string, env = {}) => {
  product.write(file, inventory(value));
  const ran = await product.infraWith(env, "apply", id, "--yes");
  expect(ran.code, ran.output).toBe(0);
};
const rekey = async (
  product: Product,
  env: Record<string, string>,
  ...args: string[]
): Promise<Report & { code: number }> => {
  const ran = await product.infraWith(env, "state", "rekey", id, "--json", ...args);
  const [report] = JSON.parse(ran.stdout || "[]") as [Report];
  expect(report, ran.output).toBeDefined();
  return { code: ran.code, ...report };
};
const output = async (product: Product, env: Record<string, string>): Promise<unknown> => {
  const ran = await product.infraWith(env, "output", id, "--json");
  expect(ran.code, ran.output).toBe(0);
  return (JSON.parse(ran.stdout) as { results: { outputs: { items: { one: unknown } } }[] }).results[0]?.outputs.items
    .one;
};
const keys = ({ found }: Report) => [...new Set(found.map((each) => each.key))];
const fresh = { INFRA_STATE_PASSPHRASE: other, INFRA_STATE_PASSPHRASE_OLD: passphrase };
const newOnly = { INFRA_STATE_PASSPHRASE: other };
const toTransit = { INFRA_STATE_PASSPHRASE: "", INFRA_STATE_PASSPHRASE_OLD: passphrase };
const transitOnly = { INFRA_STATE_PASSPHRASE: "" };

describe("infra state rekey", () => {
  it("moves a history from a passphrase to a new one, and the engine reads every version with the new one alone", async () => {
    const product = await written();
    expect(await output(product, fresh)).toBe("three");
    const refused = await product.infraWith(newOnly, "output", id);
    expect(refused.output).toContain("INFRA_STATE_PASSPHRASE_OLD");

    const done = await rekey(product, fresh);
    expect(done).toMatchObject({ code: 0, key: "passphrase", problems: [] });
    expect(keys(done)).toEqual(["passphrase"]);
    const again = await rekey(product, newOnly);
    expect(again).toMatchObject({ code: 0, rewritten: 0 });

    const history = JSON.parse((await product.infra("state", "versions", id, "--json")).stdout) as {
      version: number;
      serial: number;
    }[];
    expect((await product.infra("state", "check", "--history")).code).toBe(0);
    const last = new Map(history.map(({ serial, version }) => [serial, version]));
    const values = [];
    for (const version of last.values()) {
      expect((await product.infra("state", "restore", id, String(version))).code).toBe(0);
      values.push(await output(product, newOnly));
    }
    expect(values).toEqual(expect.arrayContaining(["one", "two", "three"]));
    const old = await product.infraWith({ INFRA_STATE_PASSPHRASE: passphrase }, "output", id);
    expect(old.code).toBe(1);
  }, 120_000);

  it("moves a history from the passphrase to Vault and back; both are readable meanwhile", async () => {
    const product = await written();
    setState(product, settings.transit);
    expect(await output(product, toTransit)).toBe("three");
    const done = await rekey(product, toTransit);
    expect(done).toMatchObject({ code: 0, key: `transit/${key} v1` });
    expect(keys(done)).toEqual([`transit/${key} v1`]);
    expect(await output(product, transitOnly)).toBe("three");
    await applied(product, "four", transitOnly);

    setState(product, settings.back);
    expect(await output(product, {})).toBe("four");
    expect(await rekey(product, {})).toMatchObject({ code: 0, key: "passphrase" });
    setState(product, settings.passphrase);
    expect(await output(product, { VAULT_TOKEN: "none" })).toBe("four");
  }, 120_000);

  it("takes a history to a new version of a key of Vault, and retires the older ones", async () => {
    const product = await written();
    setState(product, settings.transit);
    expect((await rekey(product, toTransit)).code).toBe(0);
    const done = await rekey(product, transitOnly, "--rotate", "--retire");
    expect(done.code).toBe(0);
    expect(keys(done)).toEqual([`${key} v`].map((name) => expect.stringMatching(`${name}\\d+$`)));
    const { data } = (await vault.root("GET", `transit/keys/${key}`)) as {
      data: { latest_version: number; min_decryption_version: number };
    };
    expect(data.min_decryption_version).toBe(data.latest_version);
    expect(done.key).toBe(`transit/${key} v${String(data.latest_version)}`);
    expect(await output(product, transitOnly)).toBe("three");
  }, 120_000);
});

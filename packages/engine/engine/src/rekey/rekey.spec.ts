import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { VaultServer } from "@infra/services";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { id, key, productWith, randomNumbers, setState, settings, startTransit } from "../../../test/keys.js";
import { filesIn, openTofu, passphrase, Product } from "../../../test/product.js";
import { inventory, long } from "../../../test/remote.js";

const file = "inventory/production/up.yaml";
const other = "another passphrase, as long as the first";
let tofu: string;
let vault: VaultServer;
let template: Product;
const products: Product[] = [];

beforeAll(async () => {
  [tofu, vault] = await Promise.all([openTofu(), startTransit()]);
  template = productWith(tofu, settings.passphrase, {
    VAULT_ADDR: vault.address,
    VAULT_TOKEN: vault.rootToken,
    INFRA_STATE_PASSPHRASE: passphrase,
  });
  for (const value of ["one", "two"]) await applied(template, value);
});
afterEach(() => {
  for (const product of products.splice(0)) product.remove();
});
afterAll(async () => {
  template.remove();
  await vault.stop();
});

interface Report {
  readonly key: string;
  readonly rewritten: number;
  readonly found: { what: string; key: string; present: boolean; remedy?: string }[];
  readonly problems: { message: string }[];
}

/** A product with some versions under the passphrase. */
const written = (): Product => {
  const product = new Product(tofu, template.env, template);
  products.push(product);
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
    const product = written();
    expect(await output(product, fresh)).toBe("two");
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
    const first = history.at(-1)!;
    expect((await product.infra("state", "restore", id, String(first.version))).code).toBe(0);
    expect(await output(product, newOnly)).toBe("one");
    const old = await product.infraWith({ INFRA_STATE_PASSPHRASE: passphrase }, "output", id);
    expect(old.code).toBe(1);
  });

  it("moves a history from the passphrase to Vault and back; both are readable meanwhile", async () => {
    const product = written();
    setState(product, settings.transit);
    expect(await output(product, toTransit)).toBe("two");
    const done = await rekey(product, toTransit);
    expect(done).toMatchObject({ code: 0, key: `transit/${key} v1` });
    expect(keys(done)).toEqual([`transit/${key} v1`]);
    expect(await output(product, transitOnly)).toBe("two");
    await applied(product, "three", transitOnly);

    setState(product, settings.back);
    expect(await output(product, {})).toBe("three");
    expect(await rekey(product, {})).toMatchObject({ code: 0, key: "passphrase" });
    setState(product, settings.passphrase);
    expect(await output(product, { VAULT_TOKEN: "none" })).toBe("three");
  });

  it("takes a history to a new version of a key of Vault, and retires the older ones", async () => {
    const product = written();
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
    expect(await output(product, transitOnly)).toBe("two");
  });
});

/** How a rekey is disturbed: after a share of the time that an undisturbed one takes. */
const killed = async (product: Product, env: Record<string, string>, after: number): Promise<void> => {
  const running = product.start(["state", "rekey", id], env);
  await sleep(after);
  try {
    process.kill(running.pid, "SIGKILL");
  } catch {
    // It had ended by itself.
  }
  await running.ended;
};

describe("fault 11: kill -9 of a rekey", () => {
  const trials = long ? 20 : 2;
  it(
    `at ${String(trials)} random moments loses nothing; both keys read meanwhile, and a second run goes on`,
    { timeout: trials * 120_000 },
    async () => {
      const measured = written();
      const begun = performance.now();
      expect((await rekey(measured, fresh)).code).toBe(0);
      const duration = performance.now() - begun;
      const seed = Number(process.env["INFRA_TEST_SEED"] ?? Date.now() % 2 ** 31);
      const random = randomNumbers(seed);
      for (let trial = 0; trial < trials; trial += 1) {
        const context = `seed ${String(seed)}, trial ${String(trial)}`;
        const product = written();
        await killed(product, fresh, (0.3 + 0.7 * random()) * duration);
        const checked = await product.infraWith(fresh, "state", "check", "--history");
        expect(checked.code, `${context}\n${checked.output}`).toBe(0);
        expect(await output(product, fresh), context).toBe("two");
        const done = await rekey(product, fresh);
        expect(done.code, `${context}\n${JSON.stringify(done)}`).toBe(0);
        expect(await output(product, newOnly), context).toBe("two");
        product.remove();
      }
    },
  );
});

describe("what a rekey reports", () => {
  it("is changed by --check no more than by looking: everything is left under the passphrase before", async () => {
    const product = written();
    product.write(file, inventory("planned"));
    expect((await product.infra("plan", id)).code).toBe(2);
    const before = product.tree();
    const report = await rekey(product, fresh, "--check");
    expect(report).toMatchObject({ code: 1, rewritten: 0 });
    expect(report.found.map(({ what }) => what)).toContain("plan.tfplan");
    expect(keys(report)).toEqual(["old passphrase"]);
    expect(product.tree()).toEqual(before);

    const applied = await product.infraWith(fresh, "apply", id, "--yes", "--json");
    expect(applied.code, applied.output).toBe(0);
    expect(await output(product, fresh)).toBe("planned");
  });

  it("names what no key opens, what is in clear and what lies beside the versions, and ends with 1", async () => {
    const product = written();
    const folder = join(product.root, "state", id);
    product.write(join(".infra/real", id, "errored.tfstate"), readFileSync(versionsIn(folder)[0]!, "utf8"));
    product.write(
      join("state", id, "versions/00000009-0123456789abcdef.tfstate"),
      '{"version":4,"terraform_version":"1.12.6","serial":9,"lineage":"l"}',
    );
    const wrong = { INFRA_STATE_PASSPHRASE: other, INFRA_STATE_PASSPHRASE_OLD: "a third one that opens nothing" };
    const nothing = await rekey(product, wrong);
    expect(nothing).toMatchObject({ code: 1, rewritten: 1 });
    expect(keys(nothing)).toEqual(["another passphrase, or its bytes were changed"]);
    expect(nothing.found.at(-1)?.remedy).toContain("INFRA_STATE_PASSPHRASE_OLD");

    const rest = await rekey(product, fresh);
    expect(rest.code).toBe(1);
    expect(rest.found.filter(({ present }) => !present)).toMatchObject([
      { what: "errored.tfstate", key: "old passphrase", remedy: expect.stringContaining(`infra plan ${id}`) },
    ]);
    const text = await product.infraWith(newOnly, "state", "rekey", id);
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(/^✗ production\/up: 1 left under another key than passphrase/);
  });

  it("is refused as a whole when Vault can't be asked, and nothing is changed", async () => {
    const product = written();
    setState(product, settings.transit);
    const before = product.tree();
    const report = await rekey(product, { ...toTransit, VAULT_TOKEN: "none" });
    expect(report).toMatchObject({ code: 1, rewritten: 0 });
    expect(report.problems[0]?.message).toContain(`the key transit/${key} can't be used`);
    const states = (tree: Record<string, string>) =>
      Object.entries(tree).filter(([path]) => path.startsWith(`state/${id}/versions`));
    expect(states(product.tree())).toEqual(states(before));
  });
});

const versionsIn = (folder: string): string[] => filesIn(join(folder, "versions"));

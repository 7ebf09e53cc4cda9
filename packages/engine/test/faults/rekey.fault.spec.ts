import { join } from "node:path";
import type { VaultServer } from "@infra/services";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { filesWith, formsOf } from "../canaries.js";
import { startTransit, work } from "../keys.js";
import { openTofu, type Product, until } from "../product.js";
import { id, inventory, Remote, waiting } from "../remote.js";

const file = "inventory/production/up.yaml";
const canary = "canary-of-a-kept-state-4711";
const keptFile = join(work, "kept.tfstate");
let remote: Remote;
let vault: VaultServer;

beforeAll(async () => {
  [remote, vault] = await Promise.all([Remote.start(await openTofu()), startTransit()]);
});
afterEach(() => remote.reset());
afterAll(() => Promise.all([remote.stop(), vault.stop()]));

const settings = (encryption: string) =>
  `product: acme\nprovider: hetzner\nregion: fsn1\nallow: { provisioners: true }\nstate: { kind: s3, consul: { ttl: 22 }, encryption: ${encryption} }\n`;
const ok = async (product: Product, env: Record<string, string>, ...args: string[]): Promise<string> => {
  const ran = await product.infraWith(env, ...args);
  expect(ran.code, ran.output).toBe(0);
  return ran.stdout;
};
const item = async (product: Product, env: Record<string, string>): Promise<unknown> =>
  (
    JSON.parse(await ok(product, env, "output", id, "--json")) as {
      results: { outputs: { items: { one: unknown } } }[];
    }
  ).results[0]?.outputs.items.one;

it("fault 7: Vault and the store are gone at the last write: the state is kept for the age recipient, and pushed; then a rekey proves the rest", async () => {
  const { generateIdentity, identityToRecipient } = await import("age-encryption");
  const INFRA_AGE_IDENTITY = await generateIdentity();
  const env = {
    VAULT_ADDR: vault.address,
    VAULT_TOKEN: vault.rootToken,
    INFRA_AGE_RECIPIENT: await identityToRecipient(INFRA_AGE_IDENTITY),
  };
  const product = remote.product();
  product.write("inventory/product.yaml", settings("{ kind: transit }"));
  product.write(file, inventory("before"));
  await ok(product, env, "apply", id, "--yes");

  product.write(file, inventory(canary, waiting));
  const running = product.start(["apply", id, "--yes"], env);
  await until("the script has started", () => product.has(join(work, "started")));
  await vault.seal();
  await remote.storeProxy.cut();
  product.write(join(work, "go"), "");
  const ran = await running.ended;
  expect(ran.code, ran.output).toBe(1);
  expect(ran.output).toContain(keptFile);
  expect(JSON.parse(product.read(keptFile).split("\n")[0]!)).toMatchObject({ deployment: id, encryption: "age" });
  const folder = join(product.root, work);
  expect(
    filesWith(folder, formsOf(canary)).filter((path) => !/cdk\.tf\.json$|\.configuration\.json$/.test(path)),
  ).toEqual([]);
  expect(product.has(join(work, "errored.tfstate"))).toBe(false);

  await vault.unseal();
  await remote.storeProxy.mend();
  const refused = await product.infraWith(env, "state", "rekey", id);
  expect(refused.code).toBe(1);
  expect(refused.output).toContain(`infra state push ${id}`);
  await ok(product, { ...env, INFRA_AGE_IDENTITY }, "state", "push", id);
  expect(await item(product, env)).toBe(canary);

  const rekeyed = await ok(product, env, "state", "rekey", id, "--rotate", "--retire");
  expect(rekeyed).toMatch(
    /^✓ production\/up: nothing is left under another key than transit\/acme\.production\.up v2; \d+ read/,
  );
  expect(rekeyed).toContain("s3://states/");
  expect(await item(product, env)).toBe(canary);
  await ok(product, env, "state", "check", "--history");
});

import type { StateSettings } from "@infra/inventory";
import type { VaultServer } from "@infra/services";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTransit, tokenFor } from "../../../test/keys.js";
import { keyFindings } from "./keys.js";
import { StateKeys, vaultPolicy } from "@infra/keys";
import { VaultTier } from "@infra/secrets";

const transit: StateSettings = { kind: "folder", encryption: { kind: "transit" } };
const ids = ["production/up", "production/down"].map((id) => ({ id }));
let vault: VaultServer;
const tiers: VaultTier[] = [];

beforeAll(async () => {
  vault = await startTransit();
});
afterAll(async () => {
  for (const tier of tiers) await tier.close();
  await vault.stop();
});

const findings = async (token: string, env: Record<string, string> = {}, states = [ids[0]!.id, ids[1]!.id]) => {
  const options = { address: vault.address, mount: "secret", jwtMount: "jwt", approleMount: "approle" };
  const tier = new VaultTier({ ...options, env: { VAULT_TOKEN: token }, hide: () => undefined });
  tiers.push(tier);
  const settings = new Map(states.map((id) => [id, transit]));
  return await keyFindings(
    new StateKeys({ product: "acme", states: settings, secrets: { tiers: [tier] }, env }),
    ids,
    env,
  );
};

it("says which keys work and with which version, which is not there yet, and which the token may not use", async () => {
  const first = await findings(vault.rootToken);
  expect(first).toMatchObject([
    { level: "warning", message: "encryption: production/up: the key transit/acme.production.up is not in Vault yet" },
    { level: "warning", message: expect.stringContaining("acme.production.down is not in Vault yet") },
  ]);
  for (const { id } of ids) await vault.root("POST", `transit/keys/acme.${id.replace("/", ".")}`);
  await vault.root("POST", "transit/keys/acme.production.up/rotate");
  await vault.root("POST", "transit/keys/acme.production.up/config", { min_decryption_version: 2 });
  const policy = vaultPolicy({ mount: "transit", key: "acme.production.up", reads: [] });
  const found = await findings(await tokenFor(vault, "up", policy));
  expect(found).toMatchObject([
    {
      level: "ok",
      message:
        "encryption: production/up: the key transit/acme.production.up works, v2 encrypts, those before v2 are retired",
    },
    { level: "warning", message: expect.stringContaining("its runs are refused, its state stays as it is") },
  ]);
});

it("says that Vault is sealed", async () => {
  await vault.seal();
  const found = await findings(vault.rootToken);
  await vault.unseal();
  expect(found).toMatchObject(ids.map(() => ({ level: "error", message: expect.stringContaining("it is sealed") })));
});

it("looks at the passphrase where a state is under it, and at the one before", async () => {
  const [missing] = await findings(vault.rootToken, {}, []);
  expect(missing).toMatchObject({ level: "warning", message: expect.stringContaining("is not set") });
  const short = await findings(vault.rootToken, { INFRA_STATE_PASSPHRASE: "short" }, []);
  expect(short).toMatchObject([{ level: "error", message: expect.stringContaining("has 5 characters") }]);
  const both = { INFRA_STATE_PASSPHRASE: "correct horse battery", INFRA_STATE_PASSPHRASE_OLD: "another one, as long" };
  expect(await findings(vault.rootToken, both, [])).toMatchObject([
    { level: "ok" },
    { level: "warning", remedy: expect.stringContaining("infra state rekey --all") },
  ]);
});

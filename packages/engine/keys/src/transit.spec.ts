import type { VaultServer } from "@infra/services";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTransit } from "../../test/keys.js";
import { VaultTier } from "@infra/secrets";
import { KeyCipher } from "./cipher.js";
import { KeyRing } from "./key-ring.js";
import { PassphraseKey } from "./passphrase-key.js";
import { TransitKey } from "./transit-key.js";
import { Transit } from "./transit.js";

const plain = Buffer.from('{"version":4,"serial":1,"lineage":"l","secret":"hunter2"}');
let vault: VaultServer;
const tiers: VaultTier[] = [];
let number = 0;
let name = "";

beforeAll(async () => {
  vault = await startTransit();
});
beforeEach(() => {
  name = `acme.test.key-${String((number += 1))}`;
});
afterAll(async () => {
  for (const tier of tiers) await tier.close();
  await vault.stop();
});

const transit = (key = name): Transit => {
  const options = { address: vault.address, mount: "secret", jwtMount: "jwt", approleMount: "approle" };
  const tier = new VaultTier({ ...options, env: { VAULT_TOKEN: vault.rootToken }, hide: () => undefined });
  tiers.push(tier);
  return new Transit(tier, "transit", key);
};
const keyOf = (key = name) => new TransitKey(transit(key));
const rotate = () => vault.root("POST", `transit/keys/${name}/rotate`);

describe("a key of Vault, for an engine that can't encrypt", () => {
  it("seals with a data key that is stored wrapped, and another session opens it", async () => {
    const sealed = await new KeyCipher(keyOf()).seal(plain);
    expect(sealed.includes("hunter2")).toBe(false);
    expect(sealed.toString("latin1").split("\n")[1]).toMatch(/"kdf":"transit","wrapped":"vault:v1:/);
    expect(await new KeyCipher(keyOf()).open(sealed)).toEqual(plain);
  });

  it("goes on sealing, and opens what it sealed, when Vault is gone", async () => {
    const cipher = new KeyCipher(keyOf());
    const first = await cipher.seal(plain);
    await vault.seal();
    try {
      expect(await cipher.open(await cipher.seal(plain))).toEqual(plain);
      expect(await cipher.open(first)).toEqual(plain);
      await expect(new KeyCipher(keyOf()).open(first)).rejects.toThrow(/can't be used: Vault .* it is sealed/);
      await expect(new KeyCipher(keyOf()).seal(plain)).rejects.toThrow(/can't be used: Vault .* it is sealed/);
    } finally {
      await vault.unseal();
    }
  });

  it("refuses what another key sealed, and every change of what it sealed", async () => {
    const sealed = await new KeyCipher(keyOf()).seal(plain);
    await new KeyCipher(keyOf("acme.test.other")).seal(plain);
    await expect(new KeyCipher(keyOf("acme.test.other")).open(sealed)).rejects.toMatchObject({ code: "refused" });
    const cipher = new KeyCipher(keyOf());
    for (const at of [30, 60, 120, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(cipher.open(changed)).rejects.toMatchObject({ code: "refused" });
    }
  });

  it("reads with the passphrase before, and seals with the key of Vault alone", async () => {
    const old = new PassphraseKey("correct horse battery staple");
    const before = await new KeyCipher(old).seal(plain);
    const ring = new KeyRing(keyOf(), [old]);
    expect(await ring.cipher.open(before)).toEqual(plain);
    const after = await ring.seal(plain, before);
    expect((await ring.open(before))?.key.name).toBe("passphrase");
    expect(await ring.open(after)).toMatchObject({ key: { name: `transit/${name}` }, version: 1 });
    await expect(new KeyCipher(old).open(after)).rejects.toMatchObject({ code: "refused" });
  });

  it("says that Vault has retired the version that something is encrypted with", async () => {
    const sealed = await new KeyCipher(keyOf()).seal(plain);
    await rotate();
    expect(await new KeyCipher(keyOf()).open(sealed)).toEqual(plain);
    await transit().retireBefore(2);
    await expect(new KeyCipher(keyOf()).open(sealed)).rejects.toThrow(
      /v1 of the key transit\/acme\.test\.key-\d+ encrypted this, and Vault .* has retired it/,
    );
    expect(await transit().info()).toEqual({ latest: 2, oldest: 2 });
  });
});

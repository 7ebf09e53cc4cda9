import { setTimeout as sleep } from "node:timers/promises";
import { startVault, type VaultServer } from "@infra/services";
import { afterAll, beforeAll, expect, it } from "vitest";
import { until } from "../../test/product.js";
import { type AclServer, startAcl } from "../../test/stand-ins/acl.js";
import { VaultTier } from "./tiers/vault.js";

let vault: VaultServer;
let acl: AclServer;

const tierOf = (token: string) =>
  new VaultTier({
    address: vault.address,
    mount: "secret",
    jwtMount: "jwt",
    approleMount: "approle",
    env: { HOME: "/nowhere", VAULT_TOKEN: token },
    hide: () => undefined,
  });

beforeAll(async () => {
  [vault, acl] = await Promise.all([startVault(), startAcl()]);
  await vault.root("POST", "sys/mounts/consul", { type: "consul" });
  await vault.root("POST", "consul/config/access", { address: acl.address, token: "management", scheme: "http" });
  await vault.root("POST", "consul/roles/renewed", { consul_policies: ["deploy"], ttl: "12s", max_ttl: "1h" });
  await vault.root("POST", "consul/roles/deploy", { consul_policies: ["deploy"], ttl: "2s", max_ttl: "2s" });
});
afterAll(async () => {
  await vault.stop();
  await acl.stop();
});

/** Leases of the role that there are, and whether they were renewed. */
const renewedLeases = async (role: string): Promise<number> => {
  const { json } = await vault.ask("LIST", `sys/leases/lookup/consul/creds/${role}`, vault.rootToken);
  const ids = (json as { data?: { keys?: string[] } } | undefined)?.data?.keys ?? [];
  const leases = await Promise.all(
    ids.map((each) => vault.root("PUT", "sys/leases/lookup", { lease_id: `consul/creds/${role}/${each}` })),
  );
  return (leases as { data: { last_renewal: string | null } }[]).filter(({ data }) => data.last_renewal !== null)
    .length;
};

it("credentials are made for the run, renewed while it lasts, and revoked at its end", async () => {
  const tier = tierOf(vault.rootToken);
  const { token } = await tier.read("consul/creds/renewed");
  expect([...acl.alive.values()]).toEqual([token]);
  expect(tier.isDynamic("consul/creds/renewed")).toBe(true);
  await until("the lease is renewed", async () => (await renewedLeases("renewed")) === 1);
  expect([...acl.alive.values()]).toEqual([token]);
  expect(await tier.close()).toEqual([]);
  await until("the credentials are revoked", () => acl.alive.size === 0);
});

it("a token that may not revoke is told so, and the credentials end by themselves", async () => {
  await vault.root("PUT", "sys/policies/acl/creds", { policy: 'path "consul/creds/*" { capabilities = ["read"] }' });
  const made = (await vault.root("POST", "auth/token/create", { policies: ["creds"] })) as {
    auth: { client_token: string };
  };
  const tier = tierOf(made.auth.client_token);
  await tier.read("consul/creds/deploy");
  const notes = await tier.close();
  expect(notes).toEqual([
    expect.stringMatching(/^the credentials of consul\/creds\/deploy\/\S+ were not revoked and end by themselves: /),
  ]);
  await until("the lease is over", () => acl.alive.size === 0);
});

it("a run ends although Vault is gone by then, and says what was not revoked", async () => {
  const own = await startVault();
  await own.root("POST", "sys/mounts/consul", { type: "consul" });
  await own.root("POST", "consul/config/access", { address: acl.address, token: "management", scheme: "http" });
  await own.root("POST", "consul/roles/deploy", { consul_policies: ["deploy"], ttl: "3s", max_ttl: "1h" });
  const tier = new VaultTier({
    address: own.address,
    mount: "secret",
    jwtMount: "jwt",
    approleMount: "approle",
    env: { HOME: "/nowhere", VAULT_TOKEN: own.rootToken },
    hide: () => undefined,
  });
  await tier.read("consul/creds/deploy");
  await own.stop();
  // The first renewal comes after two seconds; nobody answers it.
  await sleep(4_000);
  expect(await tier.close()).toEqual([
    expect.stringContaining("the credentials of consul/creds/deploy could not be renewed: connection refused"),
    expect.stringMatching(/were not revoked and end by themselves: connection refused$/),
  ]);
});

it("whether they can be had is asked without making any", async () => {
  const before = acl.made.length;
  expect(await tierOf(vault.rootToken).has("consul/creds/deploy", ["token"])).toEqual(["token"]);
  expect(acl.made).toHaveLength(before);
});

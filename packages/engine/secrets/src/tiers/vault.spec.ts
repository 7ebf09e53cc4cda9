import { generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { secretSettings } from "@infra/inventory";
import { freePort, startProxy, startVault, type VaultServer } from "@infra/services";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../../../test/product.js";
import { failureOf, tierContract } from "../../../test/tier-contract.js";
import { tiersOf } from "./tiers.js";
import { type VaultOptions, VaultTier } from "./vault.js";

const defaults = { mount: "secret", jwtMount: "jwt", approleMount: "approle" } as const;

let vault: VaultServer;
const hidden: string[] = [];

const tierWith = (env: Record<string, string>, more: Partial<VaultOptions> = {}) =>
  new VaultTier({
    address: vault.address,
    ...defaults,
    env: { HOME: "/nowhere", ...env },
    hide: (value) => hidden.push(value),
    ...more,
  });

/** A token with the default policy and others. */
const tokenOf = async (body: object): Promise<string> =>
  ((await vault.root("POST", "auth/token/create", body)) as { auth: { client_token: string } }).auth.client_token;

/** What Vault says of a token. */
const lookUp = async (token: string) => {
  const { status, json } = await vault.ask("GET", "auth/token/lookup-self", token);
  return { status, data: (json as { data?: { last_renewal?: number } } | undefined)?.data };
};

beforeAll(async () => {
  vault = await startVault();
  const rules = `
    path "secret/data/*" { capabilities = ["read", "create", "update"] }
    path "userpass-creds/*" { capabilities = ["read"] }
    path "sys/leases/revoke" { capabilities = ["update"] }`;
  await vault.root("PUT", "sys/policies/acl/deploy", { policy: rules });
});
afterAll(() => vault.stop());

tierContract("secrets in Vault", async () => {
  // A server of its own: the contract's beforeAll comes before the file's.
  const own = await startVault();
  const nowhere = `http://127.0.0.1:${String(await freePort())}`;
  const weak = (await own.root("POST", "auth/token/create", { policies: ["default"] })) as {
    auth: { client_token: string };
  };
  const of = (address: string, token: string) =>
    new VaultTier({
      address,
      ...defaults,
      env: { HOME: "/nowhere", VAULT_TOKEN: token },
      hide: () => undefined,
    });
  return {
    tier: () => of(own.address, own.rootToken),
    stranger: () => of(own.address, weak.auth.client_token),
    unreachable: () => of(nowhere, own.rootToken),
    put: async (path, fields) => void (await own.root("POST", `secret/data/${path}`, { data: fields })),
    stop: () => own.stop(),
  };
});

describe("a login to Vault", () => {
  it("is made with an AppRole, and its token ends with the run", async () => {
    await vault.root("POST", "sys/auth/approle", { type: "approle" });
    await vault.root("POST", "auth/approle/role/infra", { token_policies: "deploy", token_ttl: "60s" });
    const role = (await vault.root("GET", "auth/approle/role/infra/role-id")) as { data: { role_id: string } };
    const made = (await vault.root("POST", "auth/approle/role/infra/secret-id")) as { data: { secret_id: string } };
    await vault.root("POST", "secret/data/acme/app", { data: { password: "one" } });
    const env = { VAULT_ROLE_ID: role.data.role_id, VAULT_SECRET_ID: made.data.secret_id };
    const tier = tierWith(env);
    expect(await tier.read("acme/app")).toEqual({ password: "one" });
    expect(await tier.check()).toMatch(
      /^Vault 1\.\d+\.\d+, login by approle, policies default, deploy, ends in 1 min$/,
    );
    const token = hidden.at(-1) ?? "";
    expect((await vault.ask("GET", "auth/token/lookup-self", token)).status).toBe(200);
    expect(await tier.close()).toEqual([]);
    expect((await vault.ask("GET", "auth/token/lookup-self", token)).status).toBe(403);
    const refused = tierWith({ ...env, VAULT_SECRET_ID: "another" });
    expect(await refused.read("acme/app").catch(failureOf)).toMatchObject({ kind: "denied" });
  });

  it("is made with the identity of a CI job, from GitLab's variable or GitHub's endpoint", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const now = Math.floor(Date.now() / 1000);
    const claims = { sub: "repo:acme/infra", aud: "vault", iss: "https://ci.example", iat: now, exp: now + 300 };
    const body = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
    const jwt = `${body}.${sign("sha256", Buffer.from(body), privateKey).toString("base64url")}`;
    await vault.root("POST", "sys/auth/jwt", { type: "jwt" });
    const pem = publicKey.export({ type: "spki", format: "pem" });
    await vault.root("POST", "auth/jwt/config", { jwt_validation_pubkeys: [pem], bound_issuer: "https://ci.example" });
    const role = { role_type: "jwt", bound_audiences: ["vault"], user_claim: "sub", token_policies: ["deploy"] };
    await vault.root("POST", "auth/jwt/role/ci", role);
    await vault.root("POST", "secret/data/acme/ci", { data: { password: "from-ci" } });

    const gitlab = tierWith({ VAULT_ROLE: "ci", VAULT_ID_TOKEN: jwt });
    expect(await gitlab.read("acme/ci")).toEqual({ password: "from-ci" });
    await gitlab.close();

    const asked: string[] = [];
    const github = createServer((request, response) => {
      asked.push(`${request.headers.authorization ?? ""} ${request.url ?? ""}`);
      response.end(JSON.stringify({ value: jwt }));
    });
    await new Promise<void>((resolve) => github.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${String((github.address() as AddressInfo).port)}/token?api-version=2`;
    const env = { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "job" };
    const tier = tierWith(env, { role: "ci", audience: "vault" });
    expect(await tier.read("acme/ci")).toEqual({ password: "from-ci" });
    expect(asked).toEqual(["Bearer job /token?api-version=2&audience=vault"]);
    expect(hidden).toContain(jwt);
    await tier.close();
    github.close();
  });

  it("is denied to who has nothing to log in with, and unavailable when there is no Vault", async () => {
    const failure = await tierWith({}).read("acme/app").catch(failureOf);
    expect(failure).toMatchObject({ kind: "denied", reason: "there is nothing to log in with" });
    const address = `http://127.0.0.1:${String(await freePort())}`;
    expect(await tierWith({}, { address }).read("acme/app").catch(failureOf)).toMatchObject({ kind: "unavailable" });
  });

  it("is never made over a connection in clear to another machine", async () => {
    const tier = tierWith({ VAULT_TOKEN: "t" }, { address: "http://vault.example:8200" });
    expect(await tier.read("acme/app").catch(failureOf)).toMatchObject({ kind: "wrong" });
  });

  it("is kept alive while the run lasts", async () => {
    await vault.root("POST", "secret/data/acme/long", { data: { password: "still" } });
    const token = await tokenOf({ policies: ["deploy"], ttl: "12s" });
    const tier = tierWith({ VAULT_TOKEN: token });
    await tier.read("acme/long");
    await until("the token is renewed", async () => (await lookUp(token)).data?.last_renewal !== undefined);
    expect(await tier.read("acme/long")).toEqual({ password: "still" });
    expect(await tier.close()).toEqual([]);
    expect((await lookUp(token)).status).toBe(200);
  });
});

describe("a connection to Vault", () => {
  it("is encrypted, and trusts the authority that VAULT_CACERT names, and nobody else", async () => {
    const own = await startVault({ tls: true });
    await own.root("POST", "secret/data/acme/app", { data: { password: "one" } });
    const tier = (env: Record<string, string>) =>
      tierWith({ VAULT_TOKEN: own.rootToken, ...env }, { address: own.address });
    const trusting = tier({ VAULT_CACERT: own.authority ?? "" });
    expect(await trusting.read("acme/app")).toEqual({ password: "one" });
    await trusting.close();
    expect(await tier({}).read("acme/app").catch(failureOf)).toMatchObject({
      kind: "wrong",
      reason: expect.stringContaining("its certificate is not accepted") as string,
    });
    expect(() => tier({ VAULT_CACERT: "/nowhere/ca.pem" })).toThrow("/nowhere/ca.pem");
    await own.stop();
  });

  it("names the namespace of VAULT_NAMESPACE, else the one of product.yaml", async () => {
    const namespaces = new Set<unknown>();
    const server = createServer((request, response) => {
      namespaces.add(request.headers["x-vault-namespace"]);
      response.writeHead(503).end(JSON.stringify({ errors: ["Vault is sealed"] }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const settings = secretSettings.parse({ vault: { address, namespace: "of-product" } });
    for (const more of [{}, { VAULT_NAMESPACE: "of-environment" }]) {
      const env = { HOME: "/nowhere", VAULT_TOKEN: "t", ...more };
      const [tier] = tiersOf({ root: "/nowhere", env, settings, hide: () => undefined });
      expect(await tier?.read("acme/app", []).catch(failureOf)).toMatchObject({ kind: "unavailable" });
      await tier?.close?.();
    }
    expect([...namespaces]).toEqual(["of-product", "of-environment"]);
    server.close();
  });
});

describe("faults of Vault", () => {
  it("an expired token is denied", async () => {
    await vault.root("POST", "secret/data/acme/app", { data: { password: "one" } });
    const token = await tokenOf({ policies: ["deploy"], ttl: "6s", renewable: false });
    const tier = tierWith({ VAULT_TOKEN: token });
    await tier.read("acme/app");
    await until("the token has expired", async () => (await lookUp(token)).status === 403);
    const reason = "the token is not valid, or has expired";
    expect(await tier.read("acme/app").catch(failureOf)).toMatchObject({ kind: "denied", reason });
    expect(await tierWith({ VAULT_TOKEN: token }).check().catch(failureOf)).toMatchObject({ kind: "denied", reason });
  });

  it("a policy that does not reach is denied, and names the path", async () => {
    const tier = tierWith({ VAULT_TOKEN: await tokenOf({ policies: ["default"] }) });
    expect(await tier.read("acme/app").catch(failureOf)).toMatchObject({
      kind: "denied",
      reason: "the token may not use secret/data/acme/app",
    });
  });

  it("a deleted version is not there", async () => {
    await vault.root("POST", "secret/data/acme/gone", { data: { password: "x" } });
    await vault.root("DELETE", "secret/data/acme/gone");
    const tier = tierWith({ VAULT_TOKEN: vault.rootToken });
    expect(await tier.read("acme/gone").catch(failureOf)).toMatchObject({ kind: "not-found" });
  });

  it("a sealed one is unavailable, at its first question and in the middle of a run", async () => {
    const own = await startVault();
    await own.root("POST", "secret/data/acme/app", { data: { password: "one" } });
    const tier = tierWith({ VAULT_TOKEN: own.rootToken }, { address: own.address });
    await tier.read("acme/app");
    await own.seal();
    const sealed = { kind: "unavailable", reason: "it is sealed" };
    expect(await tier.read("acme/app").catch(failureOf)).toMatchObject(sealed);
    const late = tierWith({ VAULT_TOKEN: own.rootToken }, { address: own.address });
    expect(await late.read("acme/app").catch(failureOf)).toMatchObject(sealed);
    expect(await late.check().catch(failureOf)).toMatchObject(sealed);
    await own.unseal();
    expect(await tier.read("acme/app")).toEqual({ password: "one" });
    await own.stop();
  });

  it("one that is not initialised is unavailable", async () => {
    const fresh = await startVault({ kind: "file" });
    const tier = tierWith({ VAULT_TOKEN: "any" }, { address: fresh.address });
    expect(await tier.check().catch(failureOf)).toMatchObject({ kind: "unavailable", reason: "it is not initialised" });
    expect(await tier.read("acme/app").catch(failureOf)).toMatchObject({ kind: "unavailable" });
    await fresh.stop();
  });

  it("a burst of 502 is waited out; a connection that stays cut is unavailable", async () => {
    await vault.root("POST", "secret/data/acme/app", { data: { password: "one" } });
    const proxy = await startProxy(vault.address);
    const tier = tierWith({ VAULT_TOKEN: vault.rootToken }, { address: proxy.url });
    proxy.disturb({ kind: "answer", status: 502, times: 2 });
    expect(await tier.read("acme/app")).toEqual({ password: "one" });
    await proxy.cut();
    expect(await tier.read("acme/app").catch(failureOf)).toMatchObject({ kind: "unavailable" });
    await proxy.mend();
    proxy.disturb({ kind: "answer", status: 500 });
    expect(await tier.read("acme/app").catch(failureOf)).toMatchObject({ kind: "unavailable" });
    await proxy.stop();
  });

  it("one that answers nothing is unavailable after 10 s", async () => {
    const proxy = await startProxy(vault.address);
    proxy.disturb({ kind: "delay", delayMs: 60_000 });
    const tier = tierWith({ VAULT_TOKEN: vault.rootToken }, { address: proxy.url });
    expect(await tier.read("acme/app").catch(failureOf)).toMatchObject({
      kind: "unavailable",
      reason: "no answer within 10 s",
    });
    await proxy.stop();
  });

  it("something that is no Vault is no answer", async () => {
    const other = createServer((_, response) => response.end("<html>"));
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${String((other.address() as AddressInfo).port)}`;
    const tier = tierWith({ VAULT_TOKEN: "any" }, { address });
    await expect(tier.read("acme/app")).rejects.toThrow();
    await expect(tier.check()).rejects.toThrow();
    other.close();
  });
});

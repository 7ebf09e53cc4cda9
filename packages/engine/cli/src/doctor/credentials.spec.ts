import { type Deployment, type ProviderName, type ProviderValues, SecretReference } from "@infra/inventory";
import { expect, it } from "vitest";
import { credentialFinding, providerCredentialFinding } from "./credentials.js";

const deployment = (provider: ProviderName, more: object = {}) =>
  ({ id: "production/net", settings: { provider, region: "r", ...more } }) as unknown as Deployment;

const found = (provider: ProviderName, env: NodeJS.ProcessEnv, more: object = {}) =>
  credentialFinding(provider, [deployment(provider, more)], env);

it.each([
  ["aws", { AWS_ACCESS_KEY_ID: "x" }, "AWS_SECRET_ACCESS_KEY is missing"],
  ["azure", { ARM_CLIENT_SECRET: "x" }, "ARM_CLIENT_ID, ARM_TENANT_ID and ARM_SUBSCRIPTION_ID are missing"],
  ["oracle", { OCI_PRIVATE_KEY: "x", OCI_USER_OCID: "x", OCI_FINGERPRINT: "x" }, "OCI_TENANCY_OCID is missing"],
] as const)("names what is missing of the credentials of %s", (provider, env, missing) => {
  expect(found(provider, env)).toMatchObject({ level: "warning", message: expect.stringContaining(missing) });
});

it.each([
  ["aws", { AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x" }],
  ["aws", { AWS_PROFILE: "x" }],
  ["azure", { ARM_USE_OIDC: "true", ARM_CLIENT_ID: "x", ARM_TENANT_ID: "x", ARM_SUBSCRIPTION_ID: "x" }],
  ["gcp", { GOOGLE_APPLICATION_CREDENTIALS: "x" }],
  ["hetzner", { HCLOUD_TOKEN: "x" }],
] as const)("is content with a complete set for %s", (provider, env) => {
  expect(found(provider, env)).toMatchObject({ level: "ok", message: expect.stringContaining("credentials set") });
});

it("asks for no variable that the inventory's account stands for", () => {
  const env = { ARM_USE_CLI: "true" };
  expect(found("azure", env).message).toContain("ARM_SUBSCRIPTION_ID is missing");
  expect(found("azure", env, { account: "subscription" }).level).toBe("ok");
});

it("counts a switch that is off as not set, and names one way to sign in where there is nothing", () => {
  expect(found("azure", { ARM_USE_OIDC: "false" })).toEqual({
    level: "warning",
    message: "azure: bindings installed, no credentials in the environment",
    remedy: "For real runs set ARM_CLIENT_ID, ARM_CLIENT_SECRET, ARM_TENANT_ID and ARM_SUBSCRIPTION_ID",
  });
});

it("says that credentials come from secrets where every deployment of the cloud names them", () => {
  expect(found("aws", {}, { credentials: { AWS_ACCESS_KEY_ID: "secret" } }).message).toContain("come from secrets");
});

const withVault = (values: ProviderValues, credentials: object = {}) =>
  ({
    ...deployment("hetzner", { credentials }),
    providers: new Map([["vault", { arguments: values, aliases: new Map() }]]),
  }) as Deployment;

it("names what is missing of a provider that is none of a cloud's, without what the inventory gives it", () => {
  const found = (deployments: readonly Deployment[], env: NodeJS.ProcessEnv = {}) =>
    providerCredentialFinding("vault", deployments, env);
  const address = "https://vault.example";
  const token = SecretReference.parse("secret://acme/vault#token");
  expect(found([withVault({})]).remedy).toBe("For real runs set VAULT_ADDR and VAULT_TOKEN");
  expect(found([withVault({ address })]).remedy).toBe("For real runs set VAULT_TOKEN");
  expect(found([withVault({ address }), withVault({})]).remedy).toBe("For real runs set VAULT_ADDR and VAULT_TOKEN");
  expect(found([withVault({ address })], { VAULT_TOKEN: "x" }).level).toBe("ok");
  expect(found([withVault({ address, token })]).level).toBe("ok");
  expect(found([withVault({ address }, { VAULT_TOKEN: token })]).level).toBe("ok");
});

it("looks into the blocks of a provider", () => {
  const kubernetes = { host: "https://cluster.example", token: SecretReference.parse("secret://acme/cluster#token") };
  const helm = new Map([["helm", { arguments: { kubernetes }, aliases: new Map() }]]);
  const own = { ...deployment("hetzner"), providers: helm } as unknown as Deployment;
  expect(providerCredentialFinding("helm", [own], {}).level).toBe("ok");
});

import { providerCredentials } from "@infra/inventory";
import { expect, it } from "vitest";
import { engineEnvironment } from "./engine-environment.js";

const env = {
  PATH: "/bin",
  INFRA_CACHE: "/nowhere",
  INFRA_SECRET_ACME_DB_PASSWORD: "a",
  OP_SERVICE_ACCOUNT_TOKEN: "b",
  OP_CONNECT_TOKEN: "c",
  SOPS_AGE_KEY: "d",
  VAULT_SECRET_ID: "e",
  VAULT_ID_TOKEN: "f",
  VAULT_TOKEN: "g",
  HCLOUD_TOKEN: "h",
  TF_VAR_x: "i",
};

it("withholds what opens the secret stores from the engine, except Vault's token", () => {
  expect(Object.keys(engineEnvironment(env, false)).sort()).toEqual([
    "CHECKPOINT_DISABLE",
    "HCLOUD_TOKEN",
    "PATH",
    "TF_INPUT",
    "TF_IN_AUTOMATION",
    "VAULT_TOKEN",
  ]);
});

it("lets Azure's provider ask GitHub who the job is, where that is wanted and the run is real", () => {
  const job = { ...env, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "j" };
  const asked = (more: object, offline: boolean) =>
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN" in engineEnvironment({ ...job, ...more }, offline);
  expect([asked({}, false), asked({ ARM_USE_OIDC: "true" }, true)]).toEqual([false, false]);
  expect(asked({ ARM_USE_OIDC: "true" }, false)).toBe(true);
});

it("withholds every credential in offline runs", () => {
  expect(Object.values(engineEnvironment(env, true)).sort()).toEqual(["/bin", "0", "1", "1"]);
  const more = Object.fromEntries(providerCredentials.map((name) => [name, "x"]));
  expect(Object.values(engineEnvironment({ ...env, ...more }, true)).sort()).toEqual(["/bin", "0", "1", "1"]);
});

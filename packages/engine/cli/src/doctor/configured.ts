import { providerCredentials, stateSettingsOf } from "@infra/inventory";
import { tierCredentials } from "@infra/secrets";

/** They lead to the key of states, which every run that is not offline needs, unless the inventory names a key of Vault. */
const forStates = ["INFRA_STATE_PASSPHRASE", "VAULT_ADDR"] as const;

/** More that a pipeline is given on purpose; on a laptop they may be there for other work. */
const forPipelines: ReadonlySet<string> = new Set([
  ...tierCredentials,
  ...providerCredentials,
  ...["VAULT_ROLE", "VAULT_ROLE_ID", "OP_CONNECT_HOST", "CONSUL_HTTP_TOKEN", "INFRA_AGE_RECIPIENT"],
  ...["AWS_ROLE_ARN", "GCP_WORKLOAD_IDENTITY_PROVIDER", "ARM_CLIENT_ID", "OCI_USER_OCID"],
]);

/** Every job has these, whatever it is for. */
const ofEveryJob: ReadonlySet<string> = new Set(["VAULT_ID_TOKEN", "ARM_OIDC_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"]);

/**
 * What there is for real runs: names of variables, and settings of the inventory. A pipeline that has any of them is never planned
 * offline because another one is missing.
 */
export function configured(inventory: string, env: Readonly<NodeJS.ProcessEnv>): string[] {
  const transit = stateSettingsOf(inventory).some(({ encryption }) => encryption?.kind === "transit");
  const names = env["CI"] ? pipelineNames(env) : forStates.filter((name) => env[name]);
  return [...names, ...(transit ? ["encryption of states by Vault, in the inventory"] : [])];
}

function pipelineNames(env: Readonly<NodeJS.ProcessEnv>): string[] {
  const wanted = (name: string) =>
    /^(?:TF_STATE_|INFRA_SECRET_)/.test(name) ||
    (forStates as readonly string[]).includes(name) ||
    (forPipelines.has(name) && !ofEveryJob.has(name));
  return Object.keys(env)
    .filter((name) => env[name] && wanted(name))
    .sort();
}

import { bindingsOf, type ProviderName } from "@infra/core/inventory";
import { oldPassphraseVariable, passphraseVariable } from "./keys/state-keys.js";
import { tierCredentials } from "./secrets/index.js";

/** Variables of state stores, of kept states and of platforms whose values are hidden. */
const secretVariables = [
  "TF_STATE_SECRET_ACCESS_KEY",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "CONSUL_HTTP_TOKEN",
  "INFRA_AGE_IDENTITY",
  "GITHUB_TOKEN",
  "GH_TOKEN",
  "GITLAB_TOKEN",
  "CI_JOB_TOKEN",
] as const;

/** The values of an environment that nothing may show: the passphrase, and credentials of secret stores, states and clouds. */
export function hiddenValues(env: Readonly<NodeJS.ProcessEnv>, providers: readonly ProviderName[]): string[] {
  const credentials = [...new Set(providers)].flatMap((name) =>
    bindingsOf(name).flatMap((binding) => binding.credentials),
  );
  const hidden = [passphraseVariable, oldPassphraseVariable, ...tierCredentials, ...credentials, ...secretVariables];
  return hidden.flatMap((name) => env[name] ?? []);
}

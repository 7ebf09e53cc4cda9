import { bindingsOf, type ProviderName } from "@infra/core/inventory";
import { oldPassphraseVariable, passphraseVariable } from "./keys/state-keys.js";
import { tierCredentials } from "./secrets/index.js";

/** Variables that hold secrets of this product itself: of states, kept states, secret stores and platforms. */
const secretVariables = [
  passphraseVariable,
  oldPassphraseVariable,
  ...tierCredentials,
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

/** The values of an environment that nothing may show: the product's own secrets, and the credentials of clouds. */
export function hiddenValues(env: Readonly<NodeJS.ProcessEnv>, providers: readonly ProviderName[]): string[] {
  const credentials = [...new Set(providers)].flatMap((name) =>
    bindingsOf(name).flatMap((binding) => binding.credentials),
  );
  return [...secretVariables, ...credentials].flatMap((name) => env[name] || []);
}

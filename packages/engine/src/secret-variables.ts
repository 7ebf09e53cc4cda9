import { oldPassphraseVariable, passphraseVariable } from "./keys/state-keys.js";
import { tierCredentials } from "./secrets/index.js";

/** Variables that hold secrets of this product itself: of states, kept states, secret stores and platforms. */
const names = [
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

/** The values of an environment that must not be shown. @param more Names of more variables. */
export function secretsIn(env: Readonly<NodeJS.ProcessEnv>, more: readonly string[] = []): string[] {
  return [...names, ...more].flatMap((name) => env[name] || []);
}

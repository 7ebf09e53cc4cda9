import { providerCredentials } from "@infra/inventory";
import { environmentPrefix } from "./tiers/environment.js";
import { tierCredentials } from "./tiers/tiers.js";

/** The environment variable that holds the passphrase of states and plans. */
export const passphraseVariable = "INFRA_STATE_PASSPHRASE";

/** The environment variable that holds the passphrase before: it reads what is still encrypted with it, and encrypts nothing. */
export const oldPassphraseVariable = "INFRA_STATE_PASSPHRASE_OLD";

/** Variables that hold secrets of this product itself: of states, kept states, secret stores, platforms and prices. */
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
  "INFRACOST_API_KEY",
] as const;

/** The values of an environment that nothing may show: the product's own secrets, and the credentials of Terraform providers. */
export function hiddenValues(env: Readonly<NodeJS.ProcessEnv>): string[] {
  return hiddenVariables().flatMap((name) => env[name] || []);
}

/** The names of the variables whose values nothing may show. */
export function hiddenVariables(): string[] {
  return [...new Set([...secretVariables, ...providerCredentials])];
}

/** The variables of an environment that hold secrets, of every Terraform provider, and the secrets that are kept in the environment itself. */
export function secretsIn(env: Readonly<NodeJS.ProcessEnv>): Record<string, string> {
  const names = new Set(hiddenVariables());
  const found = Object.entries(env).filter(([name, value]) => {
    return value !== undefined && (names.has(name) || name.startsWith(environmentPrefix));
  });
  return Object.fromEntries(found) as Record<string, string>;
}

import type { ProviderName } from "@infra/inventory";

/** How a cloud plans without an account. */
export interface WithoutAccount {
  /** Credentials that nobody has: enough for a provider that asks its cloud nothing while it plans. */
  readonly env: Readonly<Record<string, string>>;
  /** Arguments of the provider that keep it from asking its cloud at its start. */
  readonly arguments?: object;
  /** Does the provider ask its cloud nothing, but in data sources? Then a plan that fails elsewhere is a fault. */
  readonly isCertain?: true;
}

/** Why a cloud cannot plan without an account, one clause. */
export type NeedsAccount = string;

/**
 * What each cloud can plan without an account. Only hetzner is known from trying; what the others refuse is reported, and is no
 * fault, because it may be the account that is missing.
 */
export const accounts: Readonly<Record<ProviderName, WithoutAccount | NeedsAccount>> = {
  aws: {
    env: { AWS_ACCESS_KEY_ID: "nobody", AWS_SECRET_ACCESS_KEY: "nobody", AWS_EC2_METADATA_DISABLED: "true" },
    arguments: {
      skip_credentials_validation: true,
      skip_requesting_account_id: true,
      skip_metadata_api_check: "true",
      max_retries: 1,
    },
  },
  gcp: { env: { GOOGLE_OAUTH_ACCESS_TOKEN: "nobody", GOOGLE_PROJECT: "nobody" } },
  azure: "its provider signs in before it plans",
  oracle: "its provider wants the signing key of a user",
  hetzner: { env: { HCLOUD_TOKEN: "0".repeat(64) }, isCertain: true },
  heroku: { env: { HEROKU_API_KEY: "00000000-0000-0000-0000-000000000000" } },
  digitalocean: {
    env: { DIGITALOCEAN_TOKEN: "nobody", SPACES_ACCESS_KEY_ID: "nobody", SPACES_SECRET_ACCESS_KEY: "nobody" },
  },
};

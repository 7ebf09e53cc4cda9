import type { TerraformConfiguration } from "@infra/core";

/** How a Terraform provider plans without an account. */
export interface WithoutAccount {
  /** Credentials that nobody has: enough for a provider that asks its cloud nothing while it plans. */
  readonly env: Readonly<Record<string, string>>;
  /** Arguments of the provider that keep it from asking its cloud at its start. */
  readonly arguments?: object;
  /** Does the provider ask its cloud nothing, but in data sources? Then a plan that fails elsewhere is a fault. */
  readonly isCertain?: true;
}

/** Why a provider cannot plan without an account, one clause. */
export type NeedsAccount = string;

/**
 * What each Terraform provider can plan without an account, by its source without the host. Only hcloud is known from trying; what the
 * others refuse is reported, and is no fault, because it may be the account that is missing.
 */
const accounts: ReadonlyMap<string, WithoutAccount | NeedsAccount> = new Map<string, WithoutAccount | NeedsAccount>([
  [
    "hashicorp/aws",
    {
      env: { AWS_ACCESS_KEY_ID: "nobody", AWS_SECRET_ACCESS_KEY: "nobody", AWS_EC2_METADATA_DISABLED: "true" },
      arguments: {
        skip_credentials_validation: true,
        skip_requesting_account_id: true,
        skip_metadata_api_check: "true",
        max_retries: 1,
      },
    },
  ],
  ["hashicorp/google", { env: { GOOGLE_OAUTH_ACCESS_TOKEN: "nobody", GOOGLE_PROJECT: "nobody" } }],
  ["hashicorp/azurerm", "its provider signs in before it plans"],
  ["oracle/oci", "its provider wants the signing key of a user"],
  ["hetznercloud/hcloud", { env: { HCLOUD_TOKEN: "0".repeat(64) }, isCertain: true }],
  ["heroku/heroku", { env: { HEROKU_API_KEY: "00000000-0000-0000-0000-000000000000" } }],
  [
    "digitalocean/digitalocean",
    { env: { DIGITALOCEAN_TOKEN: "nobody", SPACES_ACCESS_KEY_ID: "nobody", SPACES_SECRET_ACCESS_KEY: "nobody" } },
  ],
]);

/** What the plan of a configuration gets in the place of accounts. */
export interface Planning {
  /** The credentials of all its providers. */
  readonly env: Readonly<Record<string, string>>;
  /** The content of an override file for its provider blocks. @default - no block needs arguments */
  readonly override?: object | undefined;
  /** Is a plan that fails outside of data sources a fault? Only when that is certain of every provider. */
  readonly isCertain: boolean;
}

/** How to plan a configuration without an account, whichever providers it uses beside that of its cloud. */
export function planningOf({ terraform, provider = {} }: TerraformConfiguration): Planning | NeedsAccount {
  const used = Object.entries(terraform?.required_providers ?? {}).map(([localName, { source }]) => {
    const address = source.split("/").slice(-2).join("/");
    return { localName, account: accounts.get(address) ?? `how ${address} plans without an account is not known` };
  });
  const known = used.flatMap(({ localName, account }) =>
    typeof account === "string" ? [] : [{ localName, ...account }],
  );
  const needs = used.find(({ account }) => typeof account === "string")?.account;
  if (typeof needs === "string") return needs;
  const overrides = known.flatMap(({ localName, arguments: more }) =>
    more ? [[localName, blocksOf(provider, localName).map((block) => ({ ...aliasOf(block), ...more }))] as const] : [],
  );
  return {
    env: Object.assign({}, ...known.map(({ env }) => env)) as Record<string, string>,
    override: overrides.length === 0 ? undefined : { provider: Object.fromEntries(overrides) },
    isCertain: known.every(({ isCertain }) => isCertain === true),
  };
}

const blocksOf = (provider: object, localName: string): unknown[] =>
  [new Map<string, unknown>(Object.entries(provider)).get(localName) ?? []].flat();

/** A block of an override file changes the block that has the same alias. */
function aliasOf(block: unknown): { readonly alias?: string } {
  const alias = typeof block === "object" && block !== null && "alias" in block ? block.alias : undefined;
  return typeof alias === "string" ? { alias } : {};
}

import { existsSync } from "node:fs";
import { join } from "node:path";
import { infraError, type SecretSettings, secretSettings, setting } from "@infra/inventory";
import { EnvironmentTier } from "./environment.js";
import { OnePasswordTier } from "./onepassword.js";
import { CommandClient } from "./onepassword-cli.js";
import { ConnectClient } from "./onepassword-connect.js";
import { SopsTier } from "./sops.js";
import type { SecretTier } from "./tier.js";
import { VaultTier } from "./vault.js";

/** What says which tiers there are. */
export interface TierSources {
  /** `secrets:` of product.yaml. @default - nothing */
  readonly settings?: SecretSettings | undefined;
  /** The management domain, whose servers keep a Vault. @default - none */
  readonly managementDomain?: string | undefined;
  /** The product's root. */
  readonly root: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** Is told the credentials of tiers: they must not be shown. */
  readonly hide: (value: string) => void;
}

/** Variables that hold credentials of tiers: hidden wherever they appear, and not for the engine, except for Vault's own. */
export const tierCredentials = [
  "VAULT_TOKEN",
  "VAULT_SECRET_ID",
  "VAULT_ID_TOKEN",
  "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
  "OP_CONNECT_TOKEN",
  "OP_SERVICE_ACCOUNT_TOKEN",
  "SOPS_AGE_KEY",
] as const;

/** The tiers of a product, in the order in which they are asked. */
export function tiersOf(sources: TierSources): SecretTier[] {
  const { env, hide } = sources;
  for (const name of tierCredentials) if (env[name]) hide(env[name]);
  return [vault(sources), onePassword(sources), sops(sources), new EnvironmentTier(env)].filter(
    (tier) => tier !== undefined,
  );
}

function vault({ settings, managementDomain, env, hide }: TierSources): SecretTier | undefined {
  const configured = settings?.vault;
  const managed = managementDomain === undefined ? undefined : `https://vault.${managementDomain}:8200`;
  const address = setting(env, "VAULT_ADDR") ?? configured?.address ?? managed;
  if (!address) return undefined;
  if (!URL.canParse(address))
    throw infraError(`${JSON.stringify(address)} is not an address of Vault`, "Write it as https://vault.example:8200");
  // The schema's defaults stand in for what product.yaml leaves out.
  const { mount, role, jwtMount, approleMount, audience, namespace } =
    configured ?? secretSettings.required({ vault: true }).parse({ vault: {} }).vault;
  const chosen = setting(env, "VAULT_NAMESPACE") ?? namespace;
  return new VaultTier({ address, namespace: chosen, mount, role, jwtMount, approleMount, audience, env, hide });
}

function onePassword({ settings, env }: TierSources): SecretTier | undefined {
  const configured = settings?.onePassword;
  const { OP_CONNECT_TOKEN: token } = env;
  const connect = setting(env, "OP_CONNECT_HOST") ?? configured?.connect;
  if (connect && token) return new OnePasswordTier(new ConnectClient(connect, token), configured?.vault);
  if (configured || env["OP_SERVICE_ACCOUNT_TOKEN"])
    return new OnePasswordTier(new CommandClient(env), configured?.vault);
  return undefined;
}

function sops({ settings, root, env }: TierSources): SecretTier | undefined {
  const folder = settings?.sops?.folder ?? "secrets";
  return settings?.sops || existsSync(join(root, folder)) ? new SopsTier({ root, folder, env }) : undefined;
}

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isOn, providerCredentials, terraformProviders } from "@infra/inventory";
import { cacheDirectory } from "../binary/cache.js";
import { tierCredentials } from "@infra/secrets";

/** Variables that would change what the engine does behind the run's back. */
const steering =
  /^TF_(?:CLI_ARGS|WORKSPACE|DATA_DIR|VAR_|HTTP_|REATTACH_PROVIDERS|STATE_|ENCRYPTION|INPUT|IN_AUTOMATION)/;

/**
 * The environment of the engine: the user's, without what steers the engine. In offline runs also without credentials, so
 * that a real provider could do nothing.
 */
export function engineEnvironment(env: Readonly<NodeJS.ProcessEnv>, offline: boolean): Record<string, string> {
  const credentials = new Set(providerCredentials);
  // Stacks may have the vault provider; nothing that the engine runs speaks to the other secret stores.
  const withheld = new Set<string>(tierCredentials.filter((name) => offline || !isForProviders(name, env)));
  const kept = Object.entries(env).filter(([name, value]) => {
    if (value === undefined || steering.test(name) || name.startsWith("INFRA_") || withheld.has(name)) return false;
    return !(offline && credentials.has(name));
  });
  const { TF_CLI_CONFIG_FILE: configured, ...rest } = Object.fromEntries(kept) as Record<string, string>;
  const configuration = configured && existsSync(configured) ? configured : mirrorConfiguration(env);
  return {
    ...rest,
    ...(configuration ? { TF_CLI_CONFIG_FILE: configuration } : {}),
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    CHECKPOINT_DISABLE: "1",
  };
}

/** Azure's provider itself asks GitHub who the job is, where it is told to. */
function isForProviders(name: string, env: Readonly<NodeJS.ProcessEnv>): boolean {
  return name === "VAULT_TOKEN" || (name === "ACTIONS_ID_TOKEN_REQUEST_TOKEN" && isOn(env["ARM_USE_OIDC"]));
}

/**
 * The engine's configuration file that adds the local provider mirror of the cache, where there is one: its providers are
 * taken from it, all others from their registries.
 */
function mirrorConfiguration(env: Readonly<NodeJS.ProcessEnv>): string | undefined {
  const cache = cacheDirectory(env);
  const mirror = join(cache, "mirror");
  if (!existsSync(mirror)) return undefined;
  const sources = Object.values(terraformProviders)
    .map(({ source }) => source)
    .filter((source) => existsSync(join(mirror, source)));
  const quoted = JSON.stringify(sources);
  const file = join(cache, "mirror.tofurc");
  const text = `provider_installation {\n  filesystem_mirror {\n    path    = ${JSON.stringify(mirror)}\n    include = ${quoted}\n  }\n  direct {\n    exclude = ${quoted}\n  }\n}\n`;
  if (existsSync(file) && readFileSync(file, "utf8") === text) return file;
  // Whole or not at all: engines of other runs may be reading it.
  const temporary = `${file}.${String(process.pid)}`;
  mkdirSync(cache, { recursive: true });
  writeFileSync(temporary, text);
  renameSync(temporary, file);
  return file;
}

import { setTimeout as sleep } from "node:timers/promises";
import { infraError } from "@infra/inventory";
import { z } from "zod";
import { SecretFailure } from "./failure.js";
import type { Fields, SecretTier } from "./tiers/tier.js";
import type { VaultTier } from "./tiers/vault.js";

/** What a bootstrap is given. */
export interface BootstrapOptions {
  readonly vault: VaultTier;
  /** The store that keeps the keys of Vault, and what Vault shall have: 1Password or SOPS files. */
  readonly keeper: SecretTier;
  /** Where the keeper keeps the unseal keys and the root token. */
  readonly path: string;
  /** How many unseal keys there are, and how many of them unseal. */
  readonly shares: number;
  readonly threshold: number;
  /** Fields by path that the inventory names: Vault gets the ones that the keeper has. */
  readonly wanted: ReadonlyMap<string, ReadonlySet<string>>;
}

/** One step: what was done, or that it had been done before. */
export interface BootstrapStep {
  readonly step: "initialise" | "unseal" | "mount" | "copy";
  /** Did this call do it? */
  readonly done: boolean;
  readonly detail: string;
}

const initSchema = z.object({ keys_base64: z.array(z.string()), root_token: z.string() });
const sealSchema = z.object({ sealed: z.boolean() });

/**
 * Brings a new Vault to life: initialises it, keeps its keys, unseals it, makes its KV mount, and copies what the inventory names from the
 * keeper. Each step looks first whether it was done, so a bootstrap that was interrupted is simply run again; it also unseals a Vault that
 * was restarted. No value that Vault has is overwritten.
 */
export async function bootstrap(options: BootstrapOptions): Promise<BootstrapStep[]> {
  const { vault } = options;
  const { initialized } = z.object({ initialized: z.boolean() }).parse(await call(vault, "GET", "sys/init"));
  const keys = initialized ? await keptKeys(options) : await initialise(options);
  const first: BootstrapStep = {
    step: "initialise",
    done: !initialized,
    detail: `${String(unsealKeys(keys).length)} unseal keys and the root token are in ${options.keeper.name} at ${options.path}`,
  };
  const unsealed = await unseal(vault, keys);
  const root = vault.withToken(keys["root_token"] ?? "");
  try {
    return [first, unsealed, await mount(root), await copy(root, options)];
  } finally {
    await root.close();
  }
}

/** The keys exist once, in the answer of Vault: whether the keeper takes them is tried before. */
async function initialise({ vault, keeper, path, shares, threshold }: BootstrapOptions): Promise<Fields> {
  const attempt = new Date().toISOString();
  await keep(keeper, path, { begun: attempt });
  const body = { secret_shares: shares, secret_threshold: threshold };
  const { keys_base64, root_token } = initSchema.parse(await call(vault, "PUT", "sys/init", body));
  const keys = Object.fromEntries(keys_base64.map((key, index) => [`unseal_key_${String(index + 1)}`, key]));
  try {
    await keep(keeper, path, { root_token, ...keys });
  } catch (error) {
    throw infraError(
      `Vault was initialised, and ${keeper.name} did not take its keys: ${reasonOf(error)}`,
      "Nothing is in this Vault yet: empty its storage, restart it, and run the bootstrap again",
    );
  }
  return { root_token, ...keys };
}

/** Writes, and reads back what was written. */
async function keep(keeper: SecretTier, path: string, fields: Fields): Promise<void> {
  await keeper.write?.(path, fields);
  const read = await keeper.read(path, Object.keys(fields));
  if (Object.entries(fields).some(([name, value]) => read[name] !== value))
    throw infraError(
      `${keeper.name} does not give back what was written to ${path}`,
      "Look at it: infra secrets check",
    );
}

async function keptKeys({ keeper, path, vault }: BootstrapOptions): Promise<Fields> {
  const kept = await keeper.read(path, ["root_token", "begun"]).catch((error: unknown) => {
    if (error instanceof SecretFailure && error.kind === "not-found") return {} as Fields;
    throw error;
  });
  if (kept["root_token"] && unsealKeys(kept).length > 0) return kept;
  if (kept["begun"])
    throw infraError(
      `the bootstrap of ${kept["begun"]} ended before the keys of Vault were kept`,
      "If nobody has used this Vault since: empty its storage, restart it, and run the bootstrap again",
    );
  throw infraError(
    `Vault (${vault.where}) was initialised by somebody else: its keys are not in ${keeper.name} at ${path}`,
    `Write them there as root_token and unseal_key_1, unseal_key_2, …, or name their path with --path`,
  );
}

function unsealKeys(fields: Fields): string[] {
  const named = Object.entries(fields).filter(([name]) => /^unseal_key_\d+$/.test(name));
  return named.sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true })).map(([, key]) => key);
}

async function unseal(vault: VaultTier, keys: Fields): Promise<BootstrapStep> {
  let { sealed } = sealSchema.parse(await call(vault, "GET", "sys/seal-status"));
  if (!sealed) return { step: "unseal", done: false, detail: "it is unsealed" };
  for (const key of unsealKeys(keys)) {
    if (!sealed) break;
    ({ sealed } = sealSchema.parse(await call(vault, "PUT", "sys/unseal", { key })));
  }
  if (sealed) throw infraError("the kept keys do not unseal Vault", "Check that they belong to this Vault");
  // A server that was just unsealed takes a moment to become active.
  for (let waited = 0; waited < 10_000; waited += 100) {
    if ((await vault.api.ask("GET", "sys/health")).status === 200) break;
    await sleep(100);
  }
  return { step: "unseal", done: true, detail: "it was sealed" };
}

async function mount(root: VaultTier): Promise<BootstrapStep> {
  const path = root.mount;
  const mounts = await call(root, "GET", "sys/mounts");
  const there = typeof mounts === "object" && mounts !== null && `${path}/` in mounts;
  if (!there) await call(root, "POST", `sys/mounts/${path}`, { type: "kv", options: { version: "2" } });
  return { step: "mount", done: !there, detail: `KV version 2 at ${path}` };
}

async function copy(root: VaultTier, { keeper, path: own, wanted }: BootstrapOptions): Promise<BootstrapStep> {
  const copied: string[] = [];
  for (const [path, fields] of wanted) {
    if (path === own) continue;
    const [kept, known] = [await found(keeper, path, fields), await found(root, path, fields)];
    const missing = Object.entries(kept).filter(([field]) => fields.has(field) && !(field in known));
    if (missing.length === 0) continue;
    await root.write(path, Object.fromEntries(missing));
    copied.push(...missing.map(([field]) => `${path}#${field}`));
  }
  const detail = copied.length > 0 ? copied.join(", ") : `${keeper.name} has nothing that Vault lacks`;
  return { step: "copy", done: copied.length > 0, detail };
}

async function found(tier: SecretTier, path: string, fields: ReadonlySet<string>): Promise<Fields> {
  try {
    return await tier.read(path, [...fields]);
  } catch (error) {
    if (error instanceof SecretFailure && error.kind === "not-found") return {};
    throw error;
  }
}

async function call(vault: VaultTier, method: "GET" | "PUT" | "POST", path: string, body?: object): Promise<unknown> {
  const token = vault.token;
  const { status, json } = await vault.api.ask(method, path, {
    ...(token ? { token } : {}),
    ...(body ? { body } : {}),
  });
  if (status >= 300) throw vault.api.failureOf(status, json, path);
  return json;
}

function reasonOf(error: unknown): string {
  return error instanceof SecretFailure ? error.reason : "it failed";
}

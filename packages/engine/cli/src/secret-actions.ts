import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { infraError, type Inventory, loadInventory, type SecretReference, type Workspace } from "@infra/inventory";
import { Mask, table } from "@infra/io";
import {
  bootstrap,
  checkSecrets,
  checkTiers,
  notifierSecrets,
  randomValue,
  type SecretReport,
  type Secrets,
  secretsOf,
  type SecretTier,
  SopsTier,
  type TierName,
  type TierReport,
  VaultTier,
} from "@infra/secrets";
import { hiddenInput } from "./hidden-input.js";
import { type CommonOptions, print, workspaceOf } from "./options.js";

/** Options of commands that write a secret. */
export interface TierOption extends CommonOptions {
  readonly tier?: TierName;
}

/** Gives an action the secret stores of the product; what they began is ended afterwards. */
async function withSecrets<T>(
  options: CommonOptions,
  action: (secrets: Secrets, inventory: Inventory, workspace: Workspace) => Promise<T>,
  only: readonly string[] = [],
): Promise<T> {
  const workspace = workspaceOf(options);
  const inventory = loadInventory(workspace.inventory, only.length > 0 ? { only } : {});
  const secrets = secretsOf(inventory, { root: workspace.root, offline: options.offline ?? false }, new Mask([]));
  try {
    return await action(secrets, inventory, workspace);
  } finally {
    await secrets.close();
  }
}

/** Which tier has which secret. */
export async function check(ids: readonly string[], options: CommonOptions): Promise<void> {
  const found = await withSecrets(
    options,
    async (secrets, { deployments, notify }) => ({
      tiers: await checkTiers(secrets.tiers),
      secrets: await checkSecrets(secrets, ids.length > 0 ? deployments : [...deployments, ...notifierSecrets(notify)]),
    }),
    ids,
  );
  if (!options.offline && found.secrets.some(({ from }) => from === undefined)) process.exitCode = 1;
  print(options, found, () =>
    [...found.tiers.map(tierLine), "", ...secretTable(found.secrets, found.tiers, options.offline ?? false)]
      .join("\n")
      .trim(),
  );
}

function tierLine({ tier, where, state, message, remedy }: TierReport): string {
  const mark = state === "ok" ? "✓" : state === "unavailable" ? "!" : "✗";
  const kind = state === "unavailable" ? "unavailable: " : "";
  return `${mark} ${tier} (${where}): ${kind}${message}${remedy ? `. ${remedy}` : ""}`;
}

function secretTable(secrets: readonly SecretReport[], tiers: readonly TierReport[], offline: boolean): string[] {
  if (secrets.length === 0) return ["the inventory names no secrets"];
  if (offline) return [`offline: the values of ${String(secrets.length)} secrets are made up, and no store is asked`];
  const names = tiers.map(({ tier }) => tier);
  return table([
    ["secret", "comes from", ...names, "for"],
    ...secrets.map((each) => [
      each.secret,
      each.from ?? "NOWHERE",
      ...names.map((name) => each.tiers[name] ?? ""),
      each.deployments.join(" "),
    ]),
  ]);
}

/** Options of `get`. */
export interface GetOptions extends CommonOptions {
  readonly reveal?: boolean;
}

/** Prints a value. */
export async function get(secret: SecretReference, options: GetOptions): Promise<void> {
  const shown = options.reveal === true || (process.stdout.isTTY && !options.json);
  if (!shown && !options.json)
    throw infraError(
      `${secret.toString()} would be printed to something that is no terminal`,
      "Add --reveal when that is wanted",
    );
  const { value, from, where, dynamic } = await withSecrets(options, (secrets) => secrets.of(secret));
  if (dynamic)
    throw infraError(
      `${secret.toString()} is made for a run and ends with it`,
      `Ask Vault itself: vault read ${secret.path}`,
    );
  print(options, { secret: secret.toString(), from, where, ...(shown ? { value } : {}) }, () => value);
}

/** Writes a value that is given. */
export async function set(secret: SecretReference, options: TierOption): Promise<void> {
  await write(secret, options, () => hiddenInput(`value of ${secret.toString()}: `));
}

async function write(secret: SecretReference, options: TierOption, valueOf: () => Promise<string>): Promise<void> {
  if (options.offline) throw infraError("offline runs write no secrets", "Leave --offline out");
  const written = await withSecrets(options, async (secrets, { deployments }) => {
    const tier = await tierFor(secrets.tiers, secret, options.tier);
    const value = await valueOf();
    if (value === "") throw infraError(`the value of ${secret.toString()} is empty`, "Give it on the standard input");
    await tier.write?.(secret.path, { [secret.field]: value });
    const users = deployments.filter((each) => each.secrets.some((one) => String(one) === String(secret)));
    return { secret: secret.toString(), tier: tier.name, where: tier.where, deployments: users.map(({ id }) => id) };
  });
  print(options, written, () => {
    const users = written.deployments.join(", ");
    const next = users ? `; ${users} will change with the next apply` : "; no deployment names it";
    return `wrote ${written.secret} to ${written.tier} (${written.where})${next}`;
  });
}

/** The tier that is named, else the one that a run reads the secret from, else the first that can be written to. */
async function tierFor(
  tiers: readonly SecretTier[],
  { path, field }: SecretReference,
  name: TierName | undefined,
): Promise<SecretTier> {
  const writable = tiers.filter((tier) => tier.write !== undefined);
  const named = writable.find((tier) => tier.name === name);
  if (named) return named;
  if (name !== undefined) throw infraError(`${name} can't be written to, or is not set up`, writableRemedy(writable));
  const reports = await checkTiers(writable);
  const [first] = writable.filter((_, index) => reports[index]?.state === "ok");
  for (const tier of writable) {
    const found = await tier.read(path, [field]).catch(() => undefined);
    if (found && field in found) return tier;
  }
  if (first) return first;
  throw infraError("no secret store can be written to", "Look at them: infra secrets check");
}

function writableRemedy(writable: readonly SecretTier[]): string {
  return writable.length > 0 ? `Use one of: ${writable.map(({ name }) => name).join(", ")}` : "Set up a secret store";
}

/** Opens a SOPS file in the editor. */
export async function edit(path: string, options: CommonOptions): Promise<void> {
  await withSecrets(options, async ({ tiers }, _, { root }) => {
    const tier = sopsOf(tiers);
    const file = tier.fileOf(path);
    mkdirSync(dirname(join(root, file)), { recursive: true });
    const code = await new Promise<number>((resolve, reject) => {
      const child = spawn("sops", ["edit", file], { cwd: root, stdio: "inherit" });
      child.once("error", () => reject(infraError("sops is not installed", "Install sops, and put it on PATH")));
      child.once("exit", (exit) => resolve(exit ?? 1));
    });
    // sops says 200 when nothing was changed.
    if (code !== 0 && code !== 200) throw infraError(`sops ended with ${String(code)}`, "Look at what it said above");
    print(options, { file, changed: code === 0 }, () => (code === 0 ? `wrote ${file}` : `${file} was left as it is`));
  });
}

function sopsOf(tiers: readonly SecretTier[]): SopsTier {
  const tier = tiers.find((each) => each instanceof SopsTier);
  if (tier) return tier;
  throw infraError(
    "the product has no SOPS files",
    "Add `secrets: { sops: {} }` to product.yaml, or make the folder secrets",
  );
}

/** Options of `rotate`. */
export interface RotateOptions extends TierOption {
  readonly length?: number;
  readonly keys?: boolean;
}

/** Writes a new value, or renews the keys of SOPS files. */
export async function rotate(secret: SecretReference | undefined, options: RotateOptions): Promise<void> {
  if (options.keys) return await rotateKeys(options);
  if (!secret) throw infraError("rotate needs a secret", "Name it, or renew the keys of SOPS files with --keys");
  await write(secret, options, () => Promise.resolve(randomValue(options.length ?? 40)));
}

async function rotateKeys(options: CommonOptions): Promise<void> {
  await withSecrets(options, async ({ tiers }) => {
    const tier = sopsOf(tiers);
    const files = tier.files();
    for (const file of files) await tier.renewKey(file);
    print(options, files, () => files.map((file) => `renewed ${file}`).join("\n") || "there are no SOPS files");
  });
}

/** Options of `bootstrap`. */
export interface BootstrapCommandOptions extends CommonOptions {
  readonly keeper?: TierName;
  readonly path?: string;
  readonly shares?: number;
  readonly threshold?: number;
}

/** Initialises or unseals Vault. */
export async function bootstrapVault(options: BootstrapCommandOptions): Promise<void> {
  if (options.offline) throw infraError("an offline run has no Vault", "Leave --offline out");
  const steps = await withSecrets(options, (secrets, { deployments, product }) => {
    const vault = secrets.tiers.find((tier) => tier instanceof VaultTier);
    if (!vault)
      throw infraError("no Vault is named", "Set VAULT_ADDR, or write secrets.vault.address into product.yaml");
    const keeper = keeperOf(secrets.tiers, options.keeper);
    const wanted = new Map<string, Set<string>>();
    for (const { path, field } of deployments.flatMap((deployment) => deployment.secrets))
      wanted.set(path, (wanted.get(path) ?? new Set()).add(field));
    const { path = `${product}/vault`, shares = 5, threshold = Math.min(3, shares) } = options;
    return bootstrap({ vault, keeper, path, shares, threshold, wanted });
  });
  print(options, steps, () =>
    steps.map(({ step, done, detail }) => `${done ? "✓" : "·"} ${step}: ${detail}`).join("\n"),
  );
}

function keeperOf(tiers: readonly SecretTier[], name: TierName | undefined): SecretTier {
  const able = tiers.filter((tier) => tier.name === "1password" || tier.name === "sops");
  const keeper = name === undefined ? able[0] : able.find((tier) => tier.name === name);
  if (keeper) return keeper;
  throw infraError(
    name === undefined ? "there is nothing that could keep the keys of Vault" : `${name} can't keep the keys of Vault`,
    "Set up 1Password (OP_SERVICE_ACCOUNT_TOKEN) or SOPS (`secrets: { sops: {} }` in product.yaml)",
  );
}

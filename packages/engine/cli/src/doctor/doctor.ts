import { createRequire } from "node:module";
import { join } from "node:path";
import {
  describeProvider,
  describeTerraformProvider,
  type Inventory,
  loadInventory,
  problemsOfError,
  type Workspace,
} from "@infra/inventory";
import { inBatches, Mask } from "@infra/io";
import { findEngine } from "@infra/opentofu";
import { credentialFinding, providerCredentialFinding } from "./credentials.js";
import { platformFindings } from "./platform.js";
import { tableFindings } from "./tables.js";
import { StateKeys } from "@infra/keys";
import { checkTiers, secretsOf, type TierReport } from "@infra/secrets";
import { StateBackends } from "@infra/engine";
import { describeHolder, type LockInspection } from "@infra/state";

/** One thing that was looked at. */
export interface Finding {
  /** `ok`: works; `warning`: works, but not for everything; `error`: nothing works before it is mended. */
  readonly level: "ok" | "warning" | "error";
  readonly message: string;
  /** What to do. @default - nothing */
  readonly remedy?: string;
}

/** Looks at everything that a run needs, and says what is missing and what that means. */
export async function examine(
  { root, inventory }: Workspace,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Finding[]> {
  return [
    await engineFinding(env),
    ...(await inventoryFindings(root, inventory, env)),
    ...(await platformFindings(env)),
  ];
}

async function engineFinding(env: NodeJS.ProcessEnv): Promise<Finding> {
  try {
    const engine = await findEngine({ env });
    return { level: "ok", message: `engine: ${engine.name} ${engine.version} (${engine.path})` };
  } catch (error) {
    return asFinding("engine", error);
  }
}

async function inventoryFindings(root: string, inventory: string, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  try {
    const loaded = loadInventory(inventory);
    const { deployments, product } = loaded;
    const used = [...new Set(deployments.map(({ settings }) => settings.provider))];
    const named = [...new Set(deployments.flatMap(({ providers }) => [...(providers?.keys() ?? [])]))].sort();
    const places = await stateFindings(loaded, root, env);
    const summary: Finding = {
      level: "ok",
      message: `inventory: ${product}, ${String(deployments.length)} deployments`,
    };
    return [
      summary,
      ...(await keyFindings(loaded, root, env)),
      ...(await tierFindings(loaded, root, env)),
      ...used.map((provider) =>
        providerFinding(provider, describeProvider(provider).bindings, root, () =>
          credentialFinding(provider, deployments, env),
        ),
      ),
      ...named.map((name) =>
        providerFinding(name, describeTerraformProvider(name).bindings, root, () =>
          providerCredentialFinding(name, deployments, env),
        ),
      ),
      ...tableFindings(used),
      ...places,
    ];
  } catch (error) {
    return [asFinding("inventory", error)];
  }
}

function providerFinding(provider: string, bindings: string, root: string, credentials: () => Finding): Finding {
  try {
    createRequire(join(root, "package.json")).resolve(`${bindings}/package.json`);
  } catch {
    return {
      level: "error",
      message: `${provider}: its bindings ${bindings} are not installed`,
      remedy: `npm install ${bindings}`,
    };
  }
  return credentials();
}

async function stateFindings(
  { deployments, product, states }: Inventory,
  root: string,
  env: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  const backends = (offline: boolean) => new StateBackends({ root, offline, product, states, env });
  const [real, emulated] = [backends(false), backends(true)];
  try {
    const remote = await remoteStateFindings(real, deployments);
    // A lock that does not answer is found once, not once per deployment.
    const reachable = remote.every(({ level }) => level !== "error");
    const locks = reachable ? await lockFindings(real, deployments, false) : [];
    return [...remote, ...locks, ...(await lockFindings(emulated, deployments, true))];
  } finally {
    real.close();
    emulated.close();
  }
}

/** Each remote store is tried once, whatever the number of its deployments. */
async function remoteStateFindings(
  backends: StateBackends,
  deployments: readonly { id: string }[],
): Promise<Finding[]> {
  const remotes = new Set<Awaited<ReturnType<StateBackends["remoteOf"]>>>();
  for (const { id } of deployments) remotes.add(await backends.remoteOf(id));
  remotes.delete(undefined);
  if (remotes.size === 0) return [];
  const { remoteFindings } = await import("./state.js");
  const found = await Promise.all([...remotes].map((remote) => (remote ? remoteFindings(remote) : [])));
  return found.flat();
}

/** Each deployment's key is tried: tokens may be good for one of them alone. */
async function keyFindings(
  { deployments, product, states, ...rest }: Inventory,
  root: string,
  env: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  const { keyFindings: findings } = await import("./keys.js");
  const secrets = secretsOf({ deployments, product, states, ...rest }, { root, env }, new Mask([]));
  try {
    return await findings(new StateKeys({ product, states, secrets, env }), deployments, env);
  } finally {
    await secrets.close();
  }
}

/** A tier that refuses stops the runs that need secrets; one that can't be asked is passed over. */
async function tierFindings(inventory: Inventory, root: string, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const secrets = secretsOf(inventory, { root, env }, new Mask([]));
  try {
    const needed = inventory.deployments.some((deployment) => deployment.secrets.length > 0);
    return (await checkTiers(secrets.tiers)).map((report) => tierFinding(report, needed));
  } finally {
    await secrets.close();
  }
}

function tierFinding({ tier, where, state, message, remedy }: TierReport, needed: boolean): Finding {
  const level = state === "ok" ? "ok" : state === "unavailable" || !needed ? "warning" : "error";
  const meaning = state === "unavailable" ? "; secrets come from the next store" : "";
  return { level, message: `secrets: ${tier} (${where}): ${message}${meaning}`, ...(remedy ? { remedy } : {}) };
}

/** Who holds locks; a few are asked at a time. */
export async function lockFindings(
  backends: Pick<StateBackends, "of">,
  deployments: readonly { id: string; file: string }[],
  offline: boolean,
): Promise<Finding[]> {
  const found = await inBatches(deployments, async (deployment) => {
    const inspection = await (await backends.of(deployment)).lock.inspect();
    return inspection ? [lockFinding(deployment.id, inspection, offline)] : [];
  });
  return found.flat();
}

function lockFinding(id: string, { holder, state }: LockInspection, offline: boolean): Finding {
  const message = `${id}${offline ? " (offline)" : ""} is locked: ${describeHolder(holder)} (${state})`;
  return {
    level: "warning",
    message,
    remedy: state === "dead" ? "The next run takes the lock over" : "Wait until it ends",
  };
}

function asFinding(what: string, error: unknown): Finding {
  const [first] = problemsOfError(error);
  return {
    level: "error",
    message: `${what}: ${first?.message ?? String(error)}`,
    ...(first ? { remedy: first.remedy } : {}),
  };
}

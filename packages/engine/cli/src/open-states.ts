import { type Deployment, infraError, loadInventory } from "@infra/inventory";
import type { StateKeys } from "@infra/keys";
import { Mask } from "@infra/io";
import { type DeploymentPaths, pathsOf, type StateBackend, StateBackends } from "@infra/engine";
import { type CommonOptions, workspaceOf } from "./options.js";

/** Whose state it is. */
export interface StateOwner {
  readonly id: string;
  /** Its file in the inventory, which may be gone. */
  readonly file: string;
}

/** What the commands on states are given. */
export interface Opened {
  readonly backends: StateBackends;
  readonly keys: StateKeys;
  /** The wanted deployments of the inventory. */
  readonly deployments: readonly Deployment[];
  /** They, and the wanted ones that the inventory no longer has. */
  readonly owners: readonly StateOwner[];
  readonly paths: (owner: StateOwner) => DeploymentPaths;
}

/** Options of what is opened. */
export interface OpenOptions extends CommonOptions {
  /** Without names: also what the inventory no longer has. @default false */
  readonly removed?: boolean;
}

/** Calls an action with the wanted deployments; with all of the inventory when none is named. */
export async function withStates<T>(
  ids: readonly string[],
  options: OpenOptions,
  action: (opened: Opened) => Promise<T>,
): Promise<T> {
  const { root, inventory } = workspaceOf(options);
  const { offline = false } = options;
  const { env } = process;
  const loaded = await inventoryOf({ root, inventory, offline, env }, ids, options.removed ?? false);
  const { deployments, removed, product, states } = loaded;
  const backends = new StateBackends({ root, offline, product, states, env });
  // Loaded by who needs it: listing deployments does not.
  const { secretsOf } = await import("@infra/secrets");
  const { StateKeys } = await import("@infra/keys");
  const secrets = secretsOf(loaded, { root, offline, env }, new Mask([]));
  const keys = new StateKeys({ product, states: offline ? new Map() : states, secrets, env });
  const owners = [...deployments, ...removed];
  try {
    return await action({ backends, keys, deployments, owners, paths: (owner) => pathsOf(root, owner, offline) });
  } finally {
    backends.close();
    await secrets.close();
  }
}

/** Calls an action with one deployment. */
export async function withState<T>(
  id: string,
  options: CommonOptions,
  action: (backend: StateBackend, paths: DeploymentPaths, keys: StateKeys) => Promise<T>,
): Promise<T> {
  return await withStates([id], options, async ({ backends, owners, paths, keys }) => {
    const [owner] = owners;
    if (!owner) throw infraError(`${id} is not in the inventory`, "infra list names what is");
    return await action(await backends.of(owner), paths(owner), keys);
  });
}

/** What the inventory no longer has is looked for only where it may be meant: that asks the places of states. */
async function inventoryOf(
  place: { root: string; inventory: string; offline: boolean; env: NodeJS.ProcessEnv },
  ids: readonly string[],
  removed: boolean,
) {
  if (ids.length === 0 && !removed) return { ...loadInventory(place.inventory), removed: [] };
  const { inventoryOfStates } = await import("@infra/engine");
  return await inventoryOfStates({ ...place, ...(ids.length > 0 && { only: ids }) });
}

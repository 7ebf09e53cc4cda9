import { type Deployment, infraError, loadInventory } from "@infra/core/inventory";
import type { StateKeys } from "../keys/state-keys.js";
import { Mask } from "../mask.js";
import { type DeploymentPaths, pathsOf } from "../paths.js";
import { type StateBackend, StateBackends } from "../state-backends.js";
import { type CommonOptions, workspaceOf } from "./options.js";

/** What the commands on states are given. */
export interface Opened {
  readonly backends: StateBackends;
  readonly keys: StateKeys;
  readonly deployments: readonly Deployment[];
  readonly paths: (deployment: { id: string; file: string }) => DeploymentPaths;
}

/** Calls an action with the wanted deployments; all when none is named. */
export async function withStates<T>(
  ids: readonly string[],
  options: CommonOptions,
  action: (opened: Opened) => Promise<T>,
): Promise<T> {
  const { root, inventory } = workspaceOf(options);
  const loaded = loadInventory(inventory, ids.length > 0 ? { only: ids } : {});
  const { deployments, product, states } = loaded;
  const { offline = false } = options;
  const { env } = process;
  const backends = new StateBackends({ root, offline, product, states, env });
  // Loaded by who needs it: listing deployments does not.
  const { secretsOf } = await import("../secrets/index.js");
  const { StateKeys } = await import("../keys/state-keys.js");
  const secrets = secretsOf(loaded, { root, offline, env }, new Mask([]));
  const keys = new StateKeys({ product, states: offline ? new Map() : states, secrets, env });
  try {
    return await action({ backends, keys, deployments, paths: (deployment) => pathsOf(root, deployment, offline) });
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
  return await withStates([id], options, async ({ backends, deployments, paths, keys }) => {
    const [deployment] = deployments;
    if (!deployment) throw infraError(`${id} is not in the inventory`, "infra list names what is");
    return await action(await backends.of(deployment), paths(deployment), keys);
  });
}

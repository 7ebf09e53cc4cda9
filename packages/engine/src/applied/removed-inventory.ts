import { findDeploymentFiles, InfraError, type Inventory, loadInventory } from "@infra/core/inventory";
import type { RunRequest } from "../result.js";
import { type RemovedSearch, type RemovedState, unrecorded, withRemoved } from "./removed.js";
import { refuseRemoved, type RemovedDeployment, removedDeployment } from "./removed-deployment.js";

/** Looks at the wanted deployments that are removed, and at all others that are. @throws InfraError to refuse them */
type Check = (wanted: readonly RemovedDeployment[], others: readonly RemovedDeployment[]) => void;

/**
 * The inventory for a run that names deployments which are no longer in it.
 *
 * @throws InfraError when more than their removal is asked for, or when others that are removed refer to them
 */
export function inventoryForRemoval(request: RunRequest, only: readonly string[]): Promise<Inventory> {
  const { verb, destroy, root, inventory, offline = false, env = process.env } = request;
  return inventoryWithRemoved({ root, inventory, offline, env }, only, (wanted, others) => {
    if (verb !== "destroy" && !destroy) throw refuseRemoved(wanted.map(({ id }) => id));
    refuseInUse(wanted, others);
  });
}

/**
 * Wanted deployments of the inventory, and those that it no longer has as their last applies recorded them.
 *
 * @param only Ids of the wanted deployments.
 * @throws InfraError when one was never there, or when nothing is on record of it
 */
export async function inventoryWithRemoved(
  search: Omit<RemovedSearch, "only">,
  only: readonly string[],
  check: Check = () => undefined,
): Promise<Inventory> {
  const { inventory } = search;
  const present = new Set(findDeploymentFiles(inventory).files.map(({ id }) => id));
  const loaded = loadInventory(inventory, { only: only.filter((id) => present.has(id)) });
  const wanted = only.filter((id) => !present.has(id));
  if (wanted.length === 0) return loaded;
  return await withRemoved(search, loaded, async (removed) => {
    const unknown = wanted.find((id) => !removed.some((each) => each.id === id));
    // Refused as any deployment that never was.
    if (unknown !== undefined) loadInventory(inventory, { only: [unknown] });
    const states = removed.filter(({ id }) => wanted.includes(id));
    const others = removed.filter(({ id, record }) => record && !wanted.includes(id));
    const deployments = await Promise.all(states.map((each) => recorded(each, inventory)));
    check(deployments, await Promise.all(others.map((each) => recorded(each, inventory))));
    const places = states.flatMap(({ id, settings }) => (settings ? [[id, settings] as const] : []));
    return {
      ...loaded,
      deployments: [...loaded.deployments, ...deployments],
      states: new Map([...loaded.states, ...places]),
    };
  });
}

async function recorded({ id, record, store }: RemovedState, inventory: string): Promise<RemovedDeployment> {
  if (!record) throw unrecorded(id, inventory);
  return removedDeployment(id, inventory, record, await store.applied.configurationOf(record));
}

/** What others still take outputs from goes after them, or together with them: later nobody could hand them their values. */
function refuseInUse(deployments: readonly RemovedDeployment[], others: readonly RemovedDeployment[]): void {
  const problems = deployments.flatMap(({ id }) =>
    others
      .filter(({ environment, references }) => references.some((each) => each.upstream(environment) === id))
      .map((user) => ({
        message: `${user.id}, which is no longer in the inventory either, refers to ${id}`,
        remedy: `Remove it first, or both at once: infra plan --destroy ${user.id} ${id}`,
      })),
  );
  if (problems.length > 0) throw new InfraError(problems);
}

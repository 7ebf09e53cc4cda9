import { join } from "node:path";
import { findDeploymentFiles, InfraError, type Inventory, loadInventory, type StateSettings } from "@infra/inventory";
import type { RunRequest } from "@infra/results";
import { type RemovedSearch, type RemovedState, unrecorded, withRemoved } from "./removed.js";
import { refuseRemoved, type RemovedDeployment, removedDeployment } from "./removed-deployment.js";

/**
 * The inventory for a run that names deployments which are no longer in it: those are as their last applies recorded them.
 *
 * @throws InfraError when one was never there, when nothing is on record of it, when more than their removal is asked for, or when
 * others that are removed refer to them
 */
export async function inventoryForRemoval(request: RunRequest, only: readonly string[]): Promise<Inventory> {
  const { verb, destroy, root, inventory, offline = false, env = process.env } = request;
  const { loaded, wanted } = divide(inventory, only);
  if (wanted.length === 0) return loaded;
  return await withRemoved({ root, inventory, offline, env }, loaded, async (removed) => {
    refuseUnknown(inventory, wanted, removed);
    if (verb !== "destroy" && !destroy) throw refuseRemoved(wanted);
    const states = removed.filter(({ id }) => wanted.includes(id));
    const deployments = await Promise.all(states.map((each) => recorded(each, inventory)));
    const others = removed.filter(({ id, record }) => record && !wanted.includes(id));
    refuseInUse(deployments, await Promise.all(others.map((each) => recorded(each, inventory))));
    return {
      ...loaded,
      deployments: [...loaded.deployments, ...deployments],
      states: new Map([...loaded.states, ...placesOf(states)]),
    };
  });
}

/** The inventory, and beside it the wanted deployments that it no longer has. */
export interface InventoryOfStates extends Inventory {
  readonly removed: readonly { readonly id: string; readonly file: string }[];
}

/** Where the states of deployments are, also of those that the inventory no longer has. @throws InfraError */
export async function inventoryOfStates(search: RemovedSearch): Promise<InventoryOfStates> {
  const { inventory, only } = search;
  const { loaded, wanted } = only ? divide(inventory, only) : { loaded: loadInventory(inventory) };
  if (wanted?.length === 0) return { ...loaded, removed: [] };
  return await withRemoved({ ...search, ...(wanted && { only: wanted }) }, loaded, (found) => {
    if (wanted) refuseUnknown(inventory, wanted, found);
    const removed = found.map(({ id }) => ({ id, file: join(inventory, `${id}.yaml`) }));
    return Promise.resolve({ ...loaded, removed, states: new Map([...loaded.states, ...placesOf(found)]) });
  });
}

/** The named deployments that have a file, and the ids of those that have none. */
function divide(inventory: string, only: readonly string[]): { loaded: Inventory; wanted: readonly string[] } {
  const present = new Set(findDeploymentFiles(inventory).files.map(({ id }) => id));
  const loaded = loadInventory(inventory, { only: only.filter((id) => present.has(id)) });
  return { loaded, wanted: only.filter((id) => !present.has(id)) };
}

/** What is neither in the inventory nor has a state is refused as any unknown deployment. */
function refuseUnknown(inventory: string, wanted: readonly string[], removed: readonly RemovedState[]): void {
  const unknown = wanted.find((id) => !removed.some((each) => each.id === id));
  if (unknown !== undefined) loadInventory(inventory, { only: [unknown] });
}

function placesOf(removed: readonly RemovedState[]): (readonly [string, StateSettings])[] {
  return removed.flatMap(({ id, settings }) => (settings ? [[id, settings] as const] : []));
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

import { InfraError, type Inventory, loadInventory } from "@infra/core";
import type { RunRequest } from "../result.js";
import { type RemovedState, unrecorded, withRemoved } from "./removed.js";
import { refuseRemoved, type RemovedDeployment, removedDeployment } from "./removed-deployment.js";

/**
 * The inventory with those of the wanted deployments that it no longer has, as their last applies recorded them.
 *
 * @param only Ids of the wanted deployments.
 * @param present Ids of the deployments that have a file.
 * @throws InfraError when one was never there, when nothing is on record of it, or when more than its removal is asked for
 */
export async function inventoryWithRemoved(
  { verb, destroy, root, inventory, offline = false, env = process.env }: RunRequest,
  only: readonly string[],
  present: ReadonlySet<string>,
): Promise<Inventory> {
  const loaded = loadInventory(inventory, { only: only.filter((id) => present.has(id)) });
  const wanted = only.filter((id) => !present.has(id));
  return await withRemoved({ root, inventory, offline, env }, loaded, async (removed) => {
    const unknown = wanted.find((id) => !removed.some((each) => each.id === id));
    if (unknown !== undefined) loadInventory(inventory, { only: [unknown] });
    if (verb !== "destroy" && !destroy) throw refuseRemoved(wanted);
    const states = removed.filter(({ id }) => wanted.includes(id));
    const deployments = await Promise.all(states.map((each) => recorded(each, inventory)));
    const others = removed.filter(({ id, record }) => record && !wanted.includes(id));
    refuseInUse(deployments, await Promise.all(others.map((each) => recorded(each, inventory))));
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

import { findDeploymentFiles, infraError, type Inventory, type StateSettings, stateSettingsOf } from "@infra/inventory";
import { inBatches } from "@infra/io";
import { StateBackends } from "../deployment/state-backends.js";
import type { AppliedRecord, StatePointer, StateStore } from "@infra/state";

/** Where removed deployments are looked for. */
export interface RemovedSearch {
  /** Root of the workspace. */
  readonly root: string;
  /** Folder of the inventory. */
  readonly inventory: string;
  readonly offline: boolean;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** Ids of those that are wanted. @default - all */
  readonly only?: readonly string[];
}

/** A state whose deployment is no longer in the inventory. */
export interface RemovedState {
  /** `<environment>/<name>`. */
  readonly id: string;
  /** Where the state is: `state/production/compute`. */
  readonly place: string;
  readonly store: StateStore;
  /** What the inventory says of the place. @default - the local folder */
  readonly settings?: StateSettings;
  /** @default - nothing was ever recorded in the state */
  readonly current?: StatePointer;
  /** @default - it was applied by a version of infra that kept no records */
  readonly record?: AppliedRecord;
}

/**
 * Finds the states of deployments that the inventory no longer has: in the local folder, and in every bucket that the inventory
 * names. A state that a destroy has emptied is not one of them.
 *
 * @throws InfraError when a place cannot be read
 */
export async function withRemoved<T>(
  search: RemovedSearch,
  { product, states }: Pick<Inventory, "product" | "states">,
  action: (removed: readonly RemovedState[]) => Promise<T>,
): Promise<T> {
  const { root, inventory, offline, env, only } = search;
  const backends = new StateBackends({ root, offline, product, states, env });
  try {
    const present = new Set(findDeploymentFiles(inventory).files.map(({ id }) => id));
    const found = await backends.stored([...states.values(), ...stateSettingsOf(inventory)]);
    const gone = found.filter(({ id }) => !present.has(id) && (only?.includes(id) ?? true));
    const looked = await inBatches(gone, async ({ id, settings }) => {
      const { store: own, readOnlyStore: store = own, place } = await backends.at({ id, file: `${id}.yaml` }, settings);
      return (await store.moved()) === undefined
        ? await stateOf({ id, place, store, ...(settings && { settings }) })
        : [];
    });
    return await action(looked.flat().sort((a, b) => (a.id < b.id ? -1 : 1)));
  } finally {
    backends.close();
  }
}

async function stateOf(known: Pick<RemovedState, "id" | "place" | "store" | "settings">): Promise<RemovedState[]> {
  const [current, record] = await Promise.all([known.store.current(), known.store.applied.last()]);
  if ((!current && !record) || isDestroyed(record, current)) return [];
  return [{ ...known, ...(current && { current }), ...(record && { record }) }];
}

/** Did a destroy leave nothing behind, and has nothing been done since? */
export function isDestroyed(record: AppliedRecord | undefined, current: StatePointer | undefined): boolean {
  return record?.operation === "destroy" && record.outcome === "done" && record.version === (current?.version ?? 0);
}

/** The state of a removed deployment says nothing of how to delete what it holds. */
export function unrecorded(id: string, inventory: string): Error {
  return infraError(
    `${id} is no longer in the inventory, and there is no record of how it was applied`,
    `Restore ${inventory}/${id}.yaml from git, and destroy it as any other: infra destroy ${id}`,
  );
}

import { existsSync, readFileSync } from "node:fs";
import {
  type Deployment,
  findDeploymentFiles,
  type Inventory,
  loadInventory,
  type Problem,
  problemsOfError,
} from "@infra/inventory";
import { inBatches } from "@infra/io";
import { synthesizeAsApplied } from "../deployment/kept-choices.js";
import { StateBackends } from "../deployment/state-backends.js";
import { type AppliedRecord, describeHolder, type StateLock, type StatePointer } from "@infra/state";
import { providersIn } from "../providers/locked.js";
import { describeMove, moveOf } from "./moved.js";
import { type Applicable, applicableOf } from "./record.js";
import { isDestroyed, type RemovedSearch, withRemoved } from "./removed.js";

/**
 * How what is applied stands to what the inventory says now. `apply-incomplete`: the state was written by something else than a
 * complete apply; `removed`: the deployment is no longer in the inventory, and has a state; `unknown`: it can't be told.
 */
export type AppliedState =
  | "up-to-date"
  | "inventory-changed"
  | "packages-changed"
  | "never-applied"
  | "destroyed"
  | "removed"
  | "apply-failed"
  | "apply-incomplete"
  | "unknown";

/** A version that is not the one that was applied. */
export interface VersionChange {
  /** Name of a package, or source of a Terraform provider. */
  readonly name: string;
  /** @default - it was not used */
  readonly from?: string;
  /** @default - it is not used any more */
  readonly to?: string;
}

/** How one deployment stands. */
export interface DeploymentStatus {
  /** `production/compute`. */
  readonly id: string;
  readonly state: AppliedState;
  /** More about the state, in a few words. @default - there is nothing to add */
  readonly detail?: string;
  /** The last apply or destroy. @default - none is on record */
  readonly record?: AppliedRecord;
  /** Versions that changed since. @default - none */
  readonly versions?: readonly VersionChange[];
  /** Why it can't be told. @default - it can */
  readonly problems?: readonly Problem[];
}

/**
 * Compares what is applied with what the inventory says now, by the digests that applies record beside the states. No engine is
 * called and no secret is read.
 *
 * @throws InfraError when the inventory is wrong; what is wrong with one deployment is in its status
 */
export async function statusOf(search: RemovedSearch): Promise<DeploymentStatus[]> {
  const { root, inventory, offline, env, only } = search;
  const present = new Set(findDeploymentFiles(inventory).files.map(({ id }) => id));
  const wanted = only?.filter((id) => present.has(id));
  const loaded = loadInventory(inventory, wanted ? { only: wanted } : {});
  const backends = new StateBackends({ root, offline, product: loaded.product, states: loaded.states, env });
  try {
    const known = await inBatches(loaded.deployments, (deployment) => statusOfOne(search, backends, deployment));
    const removed = await removedStatuses(search, loaded);
    const unknown = only?.find((id) => !present.has(id) && !removed.some((each) => each.id === id));
    if (unknown !== undefined) loadInventory(inventory, { only: [unknown] });
    return [...known, ...removed];
  } finally {
    backends.close();
  }
}

/** 0: all is up to date; 2: something is not; 1: something can't be told. */
export function exitCodeOfStatus(statuses: readonly DeploymentStatus[]): 0 | 1 | 2 {
  if (statuses.some(({ state }) => state === "unknown")) return 1;
  return statuses.every(({ state }) => state === "up-to-date") ? 0 : 2;
}

function removedStatuses(search: RemovedSearch, inventory: Inventory): Promise<DeploymentStatus[]> {
  return withRemoved(search, inventory, (removed) =>
    Promise.resolve(
      removed.map(({ id, place, record }): DeploymentStatus => {
        const how = record ? interruption(record) : "with no record of how it was applied";
        const detail = [`its state is in ${place}`, ...(how === undefined ? [] : [how])].join(", ");
        return { id, state: "removed", detail, ...(record && { record }) };
      }),
    ),
  );
}

async function statusOfOne(
  { root, offline, env }: RemovedSearch,
  backends: StateBackends,
  deployment: Deployment,
): Promise<DeploymentStatus> {
  const { id } = deployment;
  try {
    const { store: own, readOnlyStore: store = own, lock } = await backends.of(deployment);
    const [current, record] = await Promise.all([store.current(), store.applied.last()]);
    const known = { id, ...(record && { record }) };
    const unfinished = (await underWay(record, lock)) ?? withoutApply(record, current);
    if (unfinished || !record) return { ...known, ...(unfinished ?? { state: "never-applied" }) };
    const applied = await store.applied.configurationOf(record);
    const last = current && { record, applied };
    const { synthesis, paths } = synthesizeAsApplied(root, deployment, offline, env, last);
    const now = applicableOf(deployment, synthesis, root);
    const { lockFile } = paths;
    const providers =
      !offline && existsSync(lockFile)
        ? Object.fromEntries(providersIn(readFileSync(lockFile, "utf8")))
        : record.providers;
    const move = moveOf(deployment, applied);
    if (move) return { ...known, state: "inventory-changed", detail: describeMove(move) };
    return { ...known, ...compare(record, { ...now, providers }) };
  } catch (error) {
    return { id, state: "unknown", problems: problemsOfError(error, `status of ${id}`) };
  }
}

type Found = Pick<DeploymentStatus, "state" | "detail" | "versions">;

/** A run that has begun and holds the lock is at work. */
async function underWay(record: AppliedRecord | undefined, lock: StateLock): Promise<Found | undefined> {
  const held = record?.outcome === "started" ? await lock.inspect() : undefined;
  if (!held || held.state === "dead") return undefined;
  return { state: "apply-incomplete", detail: `under way: ${describeHolder(held.holder)}` };
}

/** What is said of a state that was not left by a complete apply. @returns undefined for one that was */
function withoutApply(record: AppliedRecord | undefined, current: StatePointer | undefined): Found | undefined {
  if (!record) {
    if (!current) return { state: "never-applied" };
    return { state: "apply-incomplete", detail: "there is a state, with no record of how it was applied" };
  }
  if (isDestroyed(record, current)) return { state: "destroyed" };
  const interrupted = interruption(record);
  if (interrupted !== undefined)
    return { state: record.outcome === "failed" ? "apply-failed" : "apply-incomplete", detail: interrupted };
  if (record.version === (current?.version ?? 0)) return undefined;
  const restored = current?.restoredFrom;
  const what = restored === undefined ? "written" : `restored from version ${String(restored)}`;
  return {
    state: "apply-incomplete",
    detail: `version ${String(current?.version ?? 0)} of the state was ${what} since`,
  };
}

function interruption({ operation, outcome, version }: AppliedRecord): string | undefined {
  if (outcome === "done") return undefined;
  const from = version === 0 ? "" : `, from version ${String(version)} of the state`;
  return outcome === "failed" ? `the last ${operation} failed` : `the last ${operation} did not end${from}`;
}

function compare(record: AppliedRecord, now: Applicable & Pick<AppliedRecord, "providers">): Found {
  const providers = changed(record.providers, now.providers);
  if (record.digest === now.digest && providers.length === 0) return { state: "up-to-date" };
  const versions = [...changed(record.packages, now.packages), ...providers];
  const known = versions.length > 0 ? { versions } : {};
  if (record.digest !== now.digest && record.inventory !== now.inventory)
    return { state: "inventory-changed", ...known };
  const detail = versions.length > 0 ? {} : { detail: "its stack, which is a folder of the workspace, changed" };
  return { state: "packages-changed", ...known, ...detail };
}

function changed(before: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>): VersionChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].sort().flatMap((name) => {
    const [from, to] = [before[name], now[name]];
    return from === to ? [] : [{ name, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
  });
}

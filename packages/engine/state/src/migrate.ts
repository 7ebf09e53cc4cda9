import { conflictingState, StateError } from "./errors.js";
import type { StateLock } from "./locks/lock.js";
import type { StatePointer, StateStore } from "./stores/store.js";

/** A place of a deployment's state; its store also opens what was moved away. */
export interface MigrationEnd {
  readonly store: StateStore;
  readonly lock: StateLock;
  readonly place: string;
}

/** What is moved, and where to. */
export interface Migration {
  /** `<environment>/<name>`. */
  readonly deployment: string;
  readonly from: MigrationEnd;
  readonly to: MigrationEnd;
  /** Called after each version that was copied. */
  readonly onVersion?: (version: number) => void;
}

/** What a migration did. */
export interface MigrationResult {
  /** Versions in the history. */
  readonly versions: number;
  /** Versions that were copied now; the others were there. */
  readonly copied: number;
  /** The current version; undefined when there is no state. */
  readonly current?: StatePointer;
}

/**
 * Moves a state with its history to another place, under the locks of both: says there that the state is still at the old place, copies
 * what is missing, reads every version back, and only then says at the old place that the state is at the new one. At no time can
 * both be written. Run again after an interruption it goes on.
 */
export async function migrateState(migration: Migration): Promise<MigrationResult> {
  const { from, to, deployment } = migration;
  if (from.place === to.place)
    throw new StateError("refused", `The state of ${deployment} is in ${to.place} already`, "Name another place.");
  const held = await from.lock.acquire("migrate");
  try {
    const target = await to.lock.acquire("migrate");
    try {
      const moved = await from.store.moved();
      if (moved !== undefined && moved !== to.place)
        throw new StateError("moved", `The state of ${deployment} is in ${moved}`, "Migrate it from there.");
      return await move(migration, moved !== undefined, target);
    } finally {
      await target.release();
    }
  } finally {
    await held.release();
  }
}

async function move(
  { deployment, from, to, onVersion }: Migration,
  again: boolean,
  fence: Parameters<StateStore["adopt"]>[2],
): Promise<MigrationResult> {
  const history = [...(await from.store.versions())].reverse();
  const known = await to.store.versions();
  checkCommon(deployment, history, known, to.place);
  const newest = known[0]?.version ?? 0;
  const last = history.at(-1)?.version ?? 0;
  if (newest > last && !again)
    throw conflictingState(deployment, `${to.place} has version ${String(newest)}, which ${from.place} has not`);
  const missing = history.filter(({ version }) => version > newest);
  if (missing.length > 0) await to.store.markMoved(from.place);
  for (const pointer of missing) {
    const stored = await from.store.read(pointer.version);
    if (stored) await to.store.adopt(stored.pointer, stored.bytes, fence);
    onVersion?.(pointer.version);
  }
  await to.store.applied.adopt(from.store.applied);
  await verify(deployment, history, to.store);
  if (history.length > 0 || known.length > 0) await from.store.markMoved(to.place);
  await to.store.markMoved(undefined);
  const current = await to.store.current();
  const versions = Math.max(history.length, known.length);
  return { versions, copied: missing.length, ...(current && { current }) };
}

/** The places may have lost the beginning of the history, but what both have must be the same. */
function checkCommon(
  deployment: string,
  history: readonly StatePointer[],
  known: readonly StatePointer[],
  place: string,
): void {
  const there = new Map(known.map((pointer) => [pointer.version, pointer]));
  for (const { version, sha256, written, lineage } of history) {
    const other = there.get(version);
    if (!other || (other.sha256 === sha256 && other.written === written && other.lineage === lineage)) continue;
    throw conflictingState(deployment, `${place} has another version ${String(version)}: its history is another one`);
  }
}

async function verify(deployment: string, history: readonly StatePointer[], store: StateStore): Promise<void> {
  const there = new Set((await store.versions()).map(({ version }) => version));
  for (const { version, sha256 } of history) {
    if (!there.has(version)) continue;
    const stored = await store.read(version);
    if (stored?.pointer.sha256 !== sha256)
      throw conflictingState(deployment, `version ${String(version)} was copied with other content`);
  }
  const [last] = history.slice(-1);
  if (last && !there.has(last.version))
    throw conflictingState(deployment, `version ${String(last.version)} was not copied`);
}

import type { LockHolder, StateLock } from "./locks/lock.js";
import type { StatePointer, StateStore } from "./stores/store.js";

/** Makes an earlier version current again, under the deployment's lock. Throws `LockHeldError` and what the store throws. */
export async function restoreVersion(store: StateStore, lock: StateLock, version: number): Promise<RestoreResult> {
  const held = await lock.acquire("restore");
  try {
    const pointer = await store.restore(version, held);
    return { pointer, ...(held.takenOver && { takenOver: held.takenOver }) };
  } finally {
    await held.release();
  }
}

/** What a restore did. */
export interface RestoreResult {
  /** The new current version. */
  readonly pointer: StatePointer;
  /** The dead holder whose lock was taken over. @default - the lock was free */
  readonly takenOver?: LockHolder;
}

import type { Fence } from "../stores/store.js";

/** Who holds, or asks for, the lock of a deployment. */
export interface LockHolder {
  /** Random identity of this acquisition. */
  readonly id: string;
  /** What it does: `apply`, `destroy`, `plan`, `restore`. */
  readonly operation: string;
  /** `<environment>/<name>`. */
  readonly deployment: string;
  /** Login name. */
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  /** Opaque start time of the process; tells a reused pid. @default - not known on this system */
  readonly processStart?: string;
  /** Opaque pid namespace of the process; pids of another one can't be judged. @default - not known on this system */
  readonly pidNamespace?: string;
  /** When it was acquired: ISO 8601, UTC. */
  readonly since: string;
}

/** How long to wait for a lock. */
export interface AcquireOptions {
  /** Milliseconds to wait for a live holder to release. @default 0 */
  readonly waitMs?: number;
  /** Ends the waiting with the signal's reason. @default - only the time ends it */
  readonly signal?: AbortSignal;
}

/** A lock that this process holds. */
export interface HeldLock extends Fence {
  readonly holder: LockHolder;
  /** The dead holder whose lock was taken over. @default - it was free */
  readonly takenOver?: LockHolder;
  /** Gives the lock back. Harmless when it is already released or lost. */
  release(): Promise<void>;
}

/** The lock of one deployment. At most one holder at a time, also across processes. */
export interface StateLock {
  /** Takes the lock. Throws {@link LockHeldError} when a live holder, or one that can't be judged, has it. */
  acquire(operation: string, options?: AcquireOptions): Promise<HeldLock>;
  /** Who holds it, and whether that process is known to be dead. @returns undefined when it is free */
  inspect(): Promise<LockInspection | undefined>;
  /** Takes the lock away from whoever holds it: that holder can't write any more. @returns who held it */
  forceUnlock(): Promise<LockHolder | undefined>;
}

/** The holder of a lock and what is known about it. */
export interface LockInspection {
  readonly holder: LockHolder;
  /** `dead`: the next `acquire` takes it over. `unknown`: on another host or in another pid namespace. */
  readonly state: "alive" | "dead" | "unknown";
}

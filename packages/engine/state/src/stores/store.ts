import type { AppliedRecords } from "../applied-records.js";

/**
 * Where a deployment's state stands. Pointers are numbered and contiguous; the highest is the current one. They never change, but
 * that a rekey gives the bytes of an earlier version another key.
 */
export interface StatePointer {
  /** Number of this version in the deployment's history, from 1. Unlike `serial` it also grows by a restore. */
  readonly version: number;
  /** Identity of the state's history, chosen by the engine at the first write. */
  readonly lineage: string;
  /** The engine's own counter inside the state. */
  readonly serial: number;
  /** Hash of the stored bytes, 64 hex digits. */
  readonly sha256: string;
  /** Name of the immutable object that holds the bytes. */
  readonly key: string;
  /** When it was written: ISO 8601, UTC. */
  readonly written: string;
  /** The version whose content this one repeats. @default - the engine wrote it */
  readonly restoredFrom?: number;
  /** Who decides which version is current: only through it may another one be written. @default - the store itself */
  readonly heldIn?: "consul";
}

/** A version of the state: where it stands, and its bytes as stored (encrypted, if they were written so). */
export interface StoredState {
  readonly pointer: StatePointer;
  readonly bytes: Buffer;
}

/** A version in the history of a deployment. */
export interface StateVersion extends StatePointer {
  readonly current: boolean;
}

/** Proof that the writer holds the deployment's lock. A store checks it in, or just before, the step that commits. */
export interface Fence {
  /** Identifies the holder to the lock service: a holder number, or a Consul session. */
  readonly token: string;
  /** Whether the lock is still held by this holder. */
  stillHeld(): Promise<boolean>;
}

/** What a write claims about its bytes. */
export interface WriteClaim {
  readonly lineage: string;
  readonly serial: number;
  readonly fence: Fence;
  /**
   * The version that this write replaces; 0 for the first. Any other current version refuses the write.
   * @default - whatever version is current
   */
  readonly replaces?: number;
  /** Also records a state whose serial is not higher than the current one's, on purpose. @default false */
  readonly goBack?: boolean;
}

/** Which versions are kept. One that any of the two keeps stays. */
export interface Retention {
  /** How many of the newest. @default - any number */
  readonly versions?: number | undefined;
  /** Days since it was written. @default - any time */
  readonly days?: number | undefined;
}

/** What became of old versions. */
export interface Pruned {
  /** How many were removed. */
  readonly versions: number;
  /** What had to stay, and why: a sentence each. */
  readonly left: readonly string[];
}

/**
 * The states of one deployment. No version is ever overwritten: {@link prune} removes old ones, never the current one, and
 * {@link reencrypt} changes what encrypts an earlier one. Every method may throw a `StateError`: `damaged` and `foreign` when what is
 * stored is not what was written, `storage` when the store can't be used.
 */
export interface StateStore {
  /** What is on record of the applies that made these states. */
  readonly applied: AppliedRecords;
  /** The current pointer. @returns undefined when nothing was ever written. */
  current(): Promise<StatePointer | undefined>;
  /**
   * A version's bytes, verified against its pointer.
   * @param version default: the current one
   * @returns undefined when nothing was ever written; `no-version` is thrown for a version that does not exist
   */
  read(version?: number): Promise<StoredState | undefined>;
  /**
   * Records a new version. The same serial with the same bytes as the current version is accepted and changes nothing.
   * Throws `foreign`, `older`, `conflict` or `lock-lost`; the current version is unchanged then.
   */
  write(bytes: Uint8Array, claim: WriteClaim): Promise<StatePointer>;
  /** The history, newest first. Damaged entries are left out; reading a version verifies its bytes. */
  versions(): Promise<StateVersion[]>;
  /**
   * Makes the bytes of an earlier version current again, as a new version. The bytes are not changed: the serial and
   * lineage inside an encrypted state are authenticated by the engine.
   */
  restore(version: number, fence: Fence): Promise<StatePointer>;
  /** Records a version of another store's history, with its number. It must be newer than the current one. */
  adopt(pointer: StatePointer, bytes: Uint8Array, fence: Fence): Promise<void>;
  /**
   * Removes the oldest versions that nothing keeps. What can't be read stays, with all that it may refer to.
   * @param now The time that ages are counted from. @default - the present
   */
  prune(keep: Retention, fence: Fence, now?: number): Promise<Pruned>;
  /**
   * Stores other bytes for an earlier version: the same state, encrypted otherwise. Its number, serial and time stay.
   * Throws `conflict` for the current version.
   */
  reencrypt(version: number, bytes: Uint8Array, fence: Fence): Promise<StatePointer>;
  /** Names of stored bytes that no version refers to any more, or not yet. */
  unused(): Promise<readonly string[]>;
  /** Bytes by their name, as stored, not verified. @returns undefined when they are gone */
  bytesOf(key: string): Promise<Buffer | undefined>;
  /** Removes bytes that no version refers to. */
  dropUnused(key: string, fence: Fence): Promise<void>;
  /** Where the state was moved to. @returns undefined when it is here */
  moved(): Promise<string | undefined>;
  /** Says where the state was moved to, so that it can't be used here any more; undefined: it is here again. */
  markMoved(to: string | undefined): Promise<void>;
}

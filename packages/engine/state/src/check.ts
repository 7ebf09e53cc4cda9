import { isSealed, type StateCipher } from "./sealed.js";
import { StateError } from "./errors.js";
import type { StatePointer, StateStore } from "./stores/store.js";
import { identifyState } from "./service/wire.js";

/** What a check found of one deployment. */
export interface StateCheck {
  readonly deployment: string;
  readonly place: string;
  /** @default - it has no state */
  readonly current?: StatePointer;
  /** How many versions were read and compared. */
  readonly read: number;
  /** What is wrong, each with its remedy; none: everything is as it was written. */
  readonly problems: readonly { readonly message: string; readonly remedy: string }[];
}

/** What is checked. */
export interface CheckOptions {
  readonly deployment: string;
  readonly place: string;
  readonly store: StateStore;
  /** Opens states that the state service encrypted. @default - their lineage and serial are not compared */
  readonly cipher?: StateCipher;
  /** Reads every version, not only the current one. @default false */
  readonly history?: boolean;
}

/** Compares pointers and objects: that they exist, and that digest, lineage and serial are those on record. */
export async function checkState({ deployment, place, store, cipher, history }: CheckOptions): Promise<StateCheck> {
  const problems: { message: string; remedy: string }[] = [];
  const attempt = async <T>(action: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      problems.push(...error.problems.map(({ message, remedy }) => ({ message, remedy })));
      return undefined;
    }
  };
  const current = await attempt(() => store.current());
  const versions = history ? ((await attempt(() => store.versions())) ?? []) : current ? [current] : [];
  for (const { version } of versions) await attempt(() => checkVersion(deployment, store, version, cipher));
  return { deployment, place, read: versions.length, problems, ...(current && { current }) };
}

async function checkVersion(
  deployment: string,
  store: StateStore,
  version: number,
  cipher: StateCipher | undefined,
): Promise<void> {
  const stored = await store.read(version);
  if (!stored) return;
  if (isSealed(stored.bytes) && !cipher) return;
  const bytes = isSealed(stored.bytes) && cipher ? await cipher.open(stored.bytes) : stored.bytes;
  const identity = identifyState(bytes);
  const { lineage, serial } = stored.pointer;
  if (identity?.lineage === lineage && identity.serial === serial) return;
  const found = identity ? `lineage ${identity.lineage}, serial ${String(identity.serial)}` : "no state";
  throw new StateError(
    "damaged",
    `Version ${String(version)} of the state of ${deployment} says ${found}; on record are lineage ${lineage}, serial ${String(serial)}`,
    `Go back to an intact version with "infra state restore ${deployment} <version>".`,
  );
}

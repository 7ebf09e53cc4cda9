import { infraError } from "@infra/inventory";
import type { KeyRing } from "@infra/keys";
import { identifyState, type StateCipher, type StatePointer, type StoredState } from "@infra/state";
import { dropKeptState, type KeptState, keptState, openKeptState } from "./escape.js";
import type { StateBackend } from "./state-backends.js";

/** What is pushed, and where to. */
export interface Push {
  readonly deployment: string;
  /** The deployment's working folder. */
  readonly work: string;
  readonly backend: StateBackend;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** The keys of the deployment's state. */
  readonly keys: () => KeyRing;
  /** Records it even though another run has written since. @default false */
  readonly force?: boolean;
}

/** What a push did. */
export interface PushResult {
  readonly pointer: StatePointer;
  /** Whether it had been recorded before, and only the answer was lost. */
  readonly already: boolean;
}

/**
 * Records the state that a run had to keep, and removes the file.
 *
 * @throws InfraError when there is none, when it can't be opened, or when another run has written since
 */
export async function pushKept({ deployment, work, backend, env, keys, force = false }: Push): Promise<PushResult> {
  const kept = keptState(work);
  if (!kept) throw infraError(`no state of ${deployment} is kept in ${work}`, "There is nothing to record");
  if (kept.deployment !== deployment)
    throw infraError(`the state that is kept in ${work} is of ${kept.deployment}`, "Move it to that one's folder");
  const bytes = await openKeptState(work, env, () => keys().cipher);
  const encrypted = identifyState(bytes)?.encrypted ?? false;
  const cipher = encrypted ? undefined : keys().cipher;
  const held = await backend.lock.acquire("push");
  try {
    const stored = await backend.store.read();
    const already = stored !== undefined && (await isSame(stored, bytes, cipher));
    if (!already && !force) refuseOverOthers(deployment, kept, stored?.pointer);
    const pointer = already
      ? stored.pointer
      : await backend.store.write(cipher ? await cipher.seal(bytes) : bytes, {
          lineage: kept.lineage,
          serial: kept.serial,
          fence: held,
          replaces: stored?.pointer.version ?? 0,
          goBack: force,
        });
    dropKeptState(work);
    return { pointer, already };
  } finally {
    await held.release();
  }
}

async function isSame(
  { bytes: stored }: StoredState,
  bytes: Buffer,
  cipher: StateCipher | undefined,
): Promise<boolean> {
  return (cipher ? await cipher.open(stored) : stored).equals(bytes);
}

function refuseOverOthers(
  deployment: string,
  { replaces, serial }: KeptState,
  current: StatePointer | undefined,
): void {
  const version = current?.version ?? 0;
  if (version === replaces) return;
  throw infraError(
    `the kept state of ${deployment} (serial ${String(serial)}) was to replace version ${String(replaces)}, but version ${String(version)} was written since by another run: each may know resources that the other does not`,
    `Compare them with infra state versions ${deployment}; then record the kept one as the newest with: infra state push ${deployment} --force`,
  );
}

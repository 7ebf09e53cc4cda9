import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { infraError, type Problem } from "@infra/inventory";
import { refuseOverKept } from "../deployment/deployment-session.js";
import { escapeFile } from "../deployment/escape.js";
import type { DeploymentPaths } from "../deployment/paths.js";
import type { StateBackend } from "../deployment/state-backends.js";
import { type Fence, StateError, type StateStore, type StoredState } from "@infra/state";
import {
  isEncrypted,
  isPresent,
  KeyRing,
  RetiredVersion,
  type StoredItem,
  type StoredKey,
  storedKey,
} from "@infra/keys";

/** One deployment, and the keys that its bytes are under. */
export interface Rekeying {
  readonly deployment: string;
  readonly backend: StateBackend;
  readonly paths: DeploymentPaths;
  readonly ring: KeyRing;
  /** Where its state was before it was moved. @default - it was never moved from anywhere that is still known */
  readonly before?: StateBackend;
  /** Is done first, under the lock. @default - nothing */
  readonly first?: () => Promise<unknown>;
}

/** What is under which key. */
export interface KeyReport {
  readonly deployment: string;
  readonly place: string;
  /** The present key. */
  readonly key: string;
  /** Everything that was found, each read and opened. */
  readonly found: readonly StoredKey[];
  /** Versions and plans that this call encrypted again, or removed. */
  readonly rewritten: number;
  /** What could not be done. */
  readonly problems: readonly Problem[];
}

/** Is everything of a deployment under its present key? */
export function isClean({ found, problems }: KeyReport): boolean {
  return problems.length === 0 && found.every(({ present }) => present);
}

/**
 * Encrypts everything of a deployment with the newest version of its present key: first the current version, as a new one through the
 * fenced write, then the earlier ones where they are. Each step leaves what was there or what is to be there, so a rekey that
 * was interrupted is simply run again. The saved plan goes: it belongs to the version before.
 *
 * @returns how many versions and plans were encrypted again or removed
 * @throws InfraError when the lock or a key can't be had; what was done until then stays
 */
export async function rekey(rekeying: Rekeying): Promise<number> {
  const { backend, paths, deployment } = rekeying;
  refuseOverKept(deployment, paths.work);
  const fence = await backend.lock.acquire("rekey");
  try {
    await rekeying.first?.();
    let count = await rewriteCurrent(rekeying, fence);
    const versions = [...(await backend.store.versions())].reverse();
    for (const { version, current } of versions)
      if (!current && (await rewriteEarlier(rekeying, version, fence))) count += 1;
    count += await dropUnused(rekeying, fence);
    return count + (await dropPlan(rekeying));
  } finally {
    await fence.release();
  }
}

async function rewriteCurrent({ backend: { store }, ring }: Rekeying, fence: Fence): Promise<number> {
  const stored = await store.read();
  if (!stored) return 0;
  const bytes = await encryptedAgain(ring, stored);
  if (!bytes) return 0;
  const { lineage, serial, version } = stored.pointer;
  await store.write(bytes, { lineage, serial, fence, replaces: version, goBack: true });
  await verify(store, bytes);
  return 1;
}

/** A version that can't be opened stays as it is, and is in the report. */
async function rewriteEarlier({ backend: { store }, ring }: Rekeying, version: number, fence: Fence): Promise<boolean> {
  const stored = await store.read(version).catch(ignoreUnreadable);
  const bytes = stored && (await encryptedAgain(ring, stored));
  if (!bytes) return false;
  await store.reencrypt(version, bytes, fence);
  await verify(store, bytes, version);
  return true;
}

/** The same state under the present key. @returns undefined when it is already, or nobody can open it */
async function encryptedAgain(ring: KeyRing, { bytes }: StoredState): Promise<Buffer | undefined> {
  const opened = isEncrypted(bytes) ? await ring.open(bytes).catch(ignoreUnreadable) : undefined;
  if (!opened || (await isPresent(ring, opened))) return undefined;
  const sealed = await ring.seal(opened.plain, bytes);
  const again = await new KeyRing(ring.key).open(sealed);
  if (again?.plain.equals(opened.plain)) return sealed;
  throw infraError("what was encrypted again can't be opened again", "Report it; nothing was changed");
}

async function verify(store: StateStore, bytes: Buffer, version?: number): Promise<void> {
  const read = await store.read(version);
  if (read?.bytes.equals(bytes)) return;
  throw infraError("the store gives back other bytes than were written", "Look at it: infra state check --history");
}

/** A rekey that was killed, or a run, may have left bytes that no version refers to. Those of the present key may be another run's. */
async function dropUnused({ backend: { store }, ring }: Rekeying, fence: Fence): Promise<number> {
  let count = 0;
  for (const key of (await store.unused().catch(ignoreUnreadable)) ?? []) {
    const bytes = await store.bytesOf(key);
    if (!bytes || (await storedKey(ring, { what: key, where: key }, bytes)).present) continue;
    await store.dropUnused(key, fence);
    count += 1;
  }
  return count;
}

/** A saved plan belongs to the version of the state before. */
async function dropPlan({ paths, ring }: Rekeying): Promise<number> {
  if (!existsSync(paths.plan)) return 0;
  const { present } = await storedKey(ring, { what: "saved plan", where: paths.plan }, readFileSync(paths.plan));
  if (present) return 0;
  for (const file of [paths.planRecord, paths.plan]) rmSync(file, { force: true });
  return 1;
}

/** Reads all that is stored of a deployment, and says with which key each is encrypted. @throws InfraError when a key can't be asked for */
export async function keysOfStored({
  deployment,
  backend,
  before,
  paths,
  ring,
}: Rekeying): Promise<Pick<KeyReport, "found" | "problems">> {
  const problems: Problem[] = [];
  const found = await ofStore(backend, ring, problems);
  if (before)
    found.push(
      ...(await ofStore(before, ring, problems)).map((each) => ({
        ...each,
        remedy: `It was moved away from ${before.place}: remove that`,
      })),
    );
  found.push(...(await ofFolder(paths.work, ring, deployment)));
  return { found, problems };
}

async function ofStore({ store, place }: StateBackend, ring: KeyRing, problems: Problem[]): Promise<StoredKey[]> {
  const found: StoredKey[] = [];
  for (const { version } of await store.versions()) {
    try {
      const stored = await store.read(version);
      if (stored)
        found.push(
          await storedKey(ring, { ...itemOf(version), where: `${place}/${stored.pointer.key}` }, stored.bytes),
        );
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      problems.push(...error.problems);
    }
  }
  const unused = await store.unused().catch((error: unknown) => {
    if (!(error instanceof StateError)) throw error;
    problems.push(...error.problems);
    return [];
  });
  for (const key of unused) {
    const bytes = await store.bytesOf(key);
    if (bytes) found.push(await storedKey(ring, { what: "bytes of no version", where: `${place}/${key}` }, bytes));
  }
  return found;
}

/** What runs left in the working folder: saved and scratch plans, states that could not be recorded. */
async function ofFolder(work: string, ring: KeyRing, deployment: string): Promise<StoredKey[]> {
  const found: StoredKey[] = [];
  for (const name of existsSync(work) ? readdirSync(work) : []) {
    const where = join(work, name);
    const remedy = remedies[name] ?? (name.endsWith(".tfplan") ? "Remove it" : undefined);
    if (remedy === undefined) continue;
    const advice = remedy.replace("<id>", deployment);
    if (where === escapeFile(work))
      found.push({ what: "kept state", where, key: "unknown until it is recorded", present: false, remedy: advice });
    else {
      const { remedy: own = advice, ...item } = await storedKey(ring, { what: name, where }, readFileSync(where));
      found.push({ ...item, ...(item.present ? {} : { remedy: own }) });
    }
  }
  return found;
}

/** Files of a working folder that hold a state or a plan, and what takes care of them. */
const remedies: Readonly<Record<string, string>> = {
  "kept.tfstate": "Record it: infra state push <id>",
  "errored.tfstate": "Record it, with the key before still given: infra plan <id>",
  "terraform.tfstate": "Remove it",
  "terraform.tfstate.backup": "Remove it",
};

function itemOf(version: number): StoredItem {
  return { what: `version ${String(version)}`, where: "" };
}

/** What can't be read or opened is in the report. */
function ignoreUnreadable(error: unknown): undefined {
  if (error instanceof RetiredVersion || (error instanceof StateError && error.code !== "storage")) return undefined;
  throw error;
}

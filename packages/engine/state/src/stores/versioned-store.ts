import { inBatches } from "@infra/io";
import { AppliedRecords } from "../applied-records.js";
import {
  conflictingState,
  damagedState,
  foreignState,
  ignoreDamaged,
  lockLost,
  movedState,
  olderState,
  pointerElsewhere,
  StateError,
  storageFailed,
  unknownVersion,
} from "../errors.js";
import {
  formatPointer,
  isObjectKey,
  MOVED,
  objectKey,
  parsePointer,
  pointerName,
  pointerNumbers,
  sha256Of,
} from "./pointer.js";
import { expired } from "../retention.js";
import type { PointerAuthority, StateFiles } from "./state-files.js";
import type {
  Fence,
  Pruned,
  Retention,
  StatePointer,
  StateStore,
  StateVersion,
  StoredState,
  WriteClaim,
} from "./store.js";

type NewPointer = Omit<StatePointer, "version" | "written">;

/** Which version is current, and what a writer must know to replace it. */
interface Head {
  readonly current?: StatePointer;
  /** Numbers of all versions, ascending. */
  readonly numbers: readonly number[];
  /** Revision of the authority's pointer. */
  readonly revision: number;
}

/** How a {@link VersionedStore} is used. */
export interface StoreOptions {
  /** Keeps the current pointer. @default - the highest numbered pointer is the current one */
  readonly authority?: PointerAuthority;
  /** Reads from the numbered pointers when the authority can't be asked. They may be one version behind. @default false */
  readonly withoutAuthority?: boolean;
  /** Also opens a state that was moved elsewhere. @default false */
  readonly moved?: boolean;
}

/**
 * The rules of a state's history, over any place for its files: `versions/<serial>-<hash>.tfstate` hold the bytes,
 * `pointers/<version>.json` the history. Versions never change; {@link reencrypt} changes what encrypts an earlier one. Of two writers of
 * the same version one loses: at the creation of the pointer, or, with an authority, at its transaction, which the numbered pointer
 * then follows.
 */
export class VersionedStore implements StateStore {
  readonly applied: AppliedRecords;

  constructor(
    private readonly files: StateFiles,
    /** `<environment>/<name>`, for messages. */
    private readonly deployment: string,
    private readonly options: StoreOptions = {},
  ) {
    this.applied = new AppliedRecords(files, deployment);
  }

  current(): Promise<StatePointer | undefined> {
    return this.guard("read", async () => (await this.head()).current);
  }

  read(version?: number): Promise<StoredState | undefined> {
    return this.guard("read", async () => {
      const head = await this.head();
      const pointer = version === undefined ? head.current : await this.pointer(version, head);
      return pointer && { pointer, bytes: await this.bytes(pointer) };
    });
  }

  write(bytes: Uint8Array, { lineage, serial, fence, replaces, goBack }: WriteClaim): Promise<StatePointer> {
    return this.guard("write", async () => {
      const head = await this.head();
      const { current } = head;
      const sha256 = sha256Of(bytes);
      if (current) {
        if (current.lineage !== lineage) throw foreignState(this.deployment, lineage, current.lineage);
        if (current.serial > serial && !goBack) throw olderState(this.deployment, serial, current.serial);
      }
      if (!this.options.authority && !(await fence.stillHeld())) throw lockLost(this.deployment);
      if (current?.serial === serial && !(goBack && current.sha256 !== sha256)) {
        if (current.sha256 === sha256) return current;
        throw conflictingState(this.deployment, `serial ${String(serial)} exists with other content`);
      }
      this.checkReplaced(current, replaces);
      const key = objectKey(serial, sha256);
      await this.files.put("versions", key, bytes, sha256);
      return await this.append({ lineage, serial, sha256, key }, head, fence);
    });
  }

  versions(): Promise<StateVersion[]> {
    return this.guard("read", async () => (await this.history(await this.head().catch(ignoreDamaged))).versions);
  }

  restore(version: number, fence: Fence): Promise<StatePointer> {
    return this.guard("write", async () => {
      const head = await this.lenientHead();
      const { lineage, serial, sha256, key } = await this.pointer(version, head);
      await this.bytes({ version, sha256, key });
      return await this.append({ lineage, serial, sha256, key, restoredFrom: version }, head, fence);
    });
  }

  adopt(adopted: StatePointer, bytes: Uint8Array, fence: Fence): Promise<void> {
    const { version, lineage, serial, sha256, key, written, restoredFrom } = adopted;
    const repeated = restoredFrom === undefined ? {} : { restoredFrom };
    const pointer: StatePointer = { version, lineage, serial, sha256, key, written, ...repeated };
    return this.guard("write", async () => {
      const head = await this.head();
      if (head.current && head.current.version >= pointer.version)
        throw conflictingState(this.deployment, `version ${String(pointer.version)} is not newer than what is there`);
      if (sha256Of(bytes) !== pointer.sha256) throw damagedState(this.deployment, pointer.key, "its sha256 differs");
      await this.files.put("versions", pointer.key, bytes, pointer.sha256);
      await this.commit(pointer, head, fence);
    });
  }

  prune(keep: Retention, fence: Fence, now = Date.now()): Promise<Pruned> {
    return this.guard("write", async () => {
      const { versions, unreadable } = await this.history(await this.head());
      const old = expired(versions, keep, now);
      if (old.length === 0 || !(await fence.stillHeld())) return { versions: 0, left: [] };
      for (const { version } of old) await this.files.remove("pointers", pointerName(version));
      const rest = versions.filter((each) => !old.includes(each));
      const kept = new Set(rest.map(({ key }) => key));
      const gone = new Set(old.map(({ key }) => key).filter((key) => !kept.has(key)));
      if (unreadable.length === 0) await inBatches([...gone], (key) => this.files.remove("versions", key));
      const pointers = unreadable.map((number) => this.files.place("pointers", pointerName(number)));
      const records = await this.applied.prune(Math.min(...rest.map(({ version }) => version), ...unreadable));
      return { versions: old.length, left: [...pointers, ...records].map((place) => `${place} can't be read`) };
    });
  }

  reencrypt(version: number, bytes: Uint8Array, fence: Fence): Promise<StatePointer> {
    return this.guard("write", async () => {
      const head = await this.head();
      const { serial, ...rest } = await this.pointer(version, head);
      if (version === head.current?.version)
        throw conflictingState(this.deployment, `version ${String(version)} is the current one`);
      const sha256 = sha256Of(bytes);
      const key = objectKey(serial, sha256);
      await this.files.put("versions", key, bytes, sha256);
      if (!(await fence.stillHeld())) throw lockLost(this.deployment);
      const pointer = { ...rest, serial, sha256, key };
      await this.putPointer(pointer);
      return pointer;
    });
  }

  unused(): Promise<readonly string[]> {
    return this.guard("read", async () => {
      const names = await this.files.list("versions");
      const { numbers, current } = await this.head();
      const used = new Set(current ? [current.key] : []);
      // A pointer that can't be read may refer to anything: it is an error here.
      for (const number of numbers) used.add((await this.pointer(number)).key);
      return names.filter((name) => isObjectKey(name) && !used.has(name));
    });
  }

  bytesOf(key: string): Promise<Buffer | undefined> {
    return this.guard("read", () => this.files.read("versions", key));
  }

  dropUnused(key: string, fence: Fence): Promise<void> {
    return this.guard("write", async () => {
      if (!(await this.unused()).includes(key))
        throw conflictingState(this.deployment, `${key} belongs to one of its versions`);
      if (!(await fence.stillHeld())) throw lockLost(this.deployment);
      await this.files.remove("versions", key);
    });
  }

  moved(): Promise<string | undefined> {
    return this.guard("read", async () => (await this.files.read("pointers", MOVED))?.toString("utf8"));
  }

  markMoved(to: string | undefined): Promise<void> {
    return this.guard("write", async () => {
      if (to === undefined) return await this.files.remove("pointers", MOVED);
      await this.files.put("pointers", MOVED, Buffer.from(to), sha256Of(Buffer.from(to)));
    });
  }

  /** All versions, newest first, and the numbers of those whose pointers are damaged. */
  private async history(head: Head | undefined): Promise<{ versions: StateVersion[]; unreadable: number[] }> {
    const numbers = new Set(head?.numbers ?? pointerNumbers(await this.files.list("pointers")));
    if (head?.current) numbers.add(head.current.version);
    const sorted = [...numbers].sort((a, b) => b - a);
    const pointers = await inBatches(sorted, (number) => this.pointer(number, head).catch(ignoreDamaged));
    const versions = pointers.flatMap((pointer) =>
      pointer ? [{ ...pointer, current: pointer.version === sorted[0] }] : [],
    );
    return { versions, unreadable: sorted.filter((_, index) => !pointers[index]) };
  }

  private async head(): Promise<Head> {
    const { authority } = this.options;
    const [names, held] = await Promise.all([this.files.list("pointers"), authority && this.held(authority)]);
    if (names.includes(MOVED) && !this.options.moved)
      throw movedState(this.deployment, (await this.files.read("pointers", MOVED))?.toString("utf8") ?? "elsewhere");
    const numbers = pointerNumbers(names);
    const latest = numbers.at(-1);
    if (held?.text === undefined) return await this.headOf(numbers, held);
    const current = parsePointer(held.text);
    if (!current) throw damagedState(this.deployment, "Consul", "the current pointer can't be read");
    if (latest === undefined || latest <= current.version) return { current, numbers, revision: held.revision };
    const detail = `version ${String(current.version)} is said to be current, but version ${String(latest)} was recorded`;
    throw damagedState(this.deployment, "Consul", detail);
  }

  /** The head without an authority, or for a state that the authority does not know yet. */
  private async headOf(numbers: readonly number[], held: { revision: number } | undefined): Promise<Head> {
    const latest = numbers.at(-1);
    if (latest === undefined) return { numbers, revision: held?.revision ?? 0 };
    const current = await this.pointer(latest);
    if (held && current.heldIn) throw damagedState(this.deployment, "Consul", "the current pointer is missing");
    return { current, numbers, revision: held?.revision ?? 0 };
  }

  /** The head for a restore, which must work on what is damaged. */
  private async lenientHead(): Promise<Head> {
    try {
      return await this.head();
    } catch (error) {
      ignoreDamaged(error);
      const numbers = pointerNumbers(await this.files.list("pointers"));
      return { numbers, revision: (await this.options.authority?.read())?.revision ?? 0 };
    }
  }

  private async held(authority: PointerAuthority): Promise<{ text?: string; revision: number } | undefined> {
    try {
      return await authority.read();
    } catch (error) {
      if (this.options.withoutAuthority) return undefined;
      throw error;
    }
  }

  private checkReplaced(current: StatePointer | undefined, replaces: number | undefined): void {
    const version = current?.version ?? 0;
    if (replaces === undefined || replaces === version) return;
    const detail = `it was to replace version ${String(replaces)}, but version ${String(version)} is current`;
    throw conflictingState(this.deployment, detail);
  }

  private async append(rest: NewPointer, head: Head, fence: Fence): Promise<StatePointer> {
    const version = Math.max(head.current?.version ?? 0, head.numbers.at(-1) ?? 0) + 1;
    const pointer = { version, ...rest, written: new Date().toISOString() };
    return await this.commit(pointer, head, fence);
  }

  private async commit(pointer: StatePointer, head: Head, fence: Fence): Promise<StatePointer> {
    const { authority } = this.options;
    if (authority) return await this.commitThrough(authority, { ...pointer, heldIn: "consul" }, head, fence);
    if (head.current?.heldIn) throw pointerElsewhere(this.deployment);
    if (!(await fence.stillHeld())) throw lockLost(this.deployment);
    const created = await this.files.create(pointerName(pointer.version), formatPointer(pointer));
    if (!created) throw this.beaten(pointer.version);
    return pointer;
  }

  /** A writer that died before its numbered pointer followed left that to the next one. */
  private async commitThrough(
    authority: PointerAuthority,
    pointer: StatePointer,
    { current, numbers, revision }: Head,
    fence: Fence,
  ): Promise<StatePointer> {
    if (current && numbers.at(-1) !== current.version) await this.putPointer(current);
    const outcome = await authority.commit(formatPointer(pointer), revision, fence.token);
    if (outcome === "lock-lost") throw lockLost(this.deployment);
    if (outcome === "conflict") throw this.beaten(pointer.version);
    // The version is recorded: what fails here is made up for by the next write.
    await this.putPointer(pointer).catch(() => undefined);
    return pointer;
  }

  private async putPointer(pointer: StatePointer): Promise<void> {
    const text = Buffer.from(formatPointer(pointer));
    await this.files.put("pointers", pointerName(pointer.version), text, sha256Of(text));
  }

  private beaten(version: number): StateError {
    return conflictingState(this.deployment, `another run wrote version ${String(version)} first`);
  }

  private async bytes({ version, sha256, key }: Pick<StatePointer, "version" | "sha256" | "key">): Promise<Buffer> {
    const place = this.files.place("versions", key);
    const bytes = await this.files.read("versions", key);
    if (!bytes) throw damagedState(this.deployment, place, `the object of version ${String(version)} is missing`);
    const actual = sha256Of(bytes);
    if (actual === sha256) return bytes;
    const detail = `sha256 is ${actual}, but version ${String(version)} was written with ${sha256}`;
    throw damagedState(this.deployment, place, detail);
  }

  private async pointer(version: number, head?: Head): Promise<StatePointer> {
    if (head?.current?.version === version) return head.current;
    const place = this.files.place("pointers", pointerName(version));
    const bytes = await this.files.read("pointers", pointerName(version));
    if (!bytes) throw unknownVersion(this.deployment, version);
    const pointer = parsePointer(bytes);
    if (!pointer) throw damagedState(this.deployment, place, "the pointer can't be read");
    if (pointer.version === version) return pointer;
    throw damagedState(this.deployment, place, `the pointer says version ${String(pointer.version)}`);
  }

  private async guard<T>(action: "read" | "write", run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw error instanceof StateError ? error : storageFailed(this.deployment, action, error);
    }
  }
}

import { createHash } from "node:crypto";
import * as path from "node:path";
import { z } from "zod";
import {
  conflictingState,
  damagedState,
  foreignState,
  lockLost,
  olderState,
  StateError,
  storageFailed,
  unknownVersion,
} from "./errors.js";
import {
  createExclusively,
  listDirectory,
  readIfExists,
  removeStaleTemporaries,
  replaceFile,
} from "./exclusive-file.js";
import {
  type Fence,
  type StatePointer,
  type StateStore,
  type StateVersion,
  type StoredState,
  type WriteClaim,
} from "./store.js";

const POINTER_NAME = /^(\d{8,15})\.json$/;

const pointerSchema = z.strictObject({
  version: z.int().min(1),
  lineage: z.string().min(1),
  serial: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  key: z.string().regex(/^\d{8,16}-[0-9a-f]{16}\.tfstate$/),
  written: z.iso.datetime(),
  restoredFrom: z.int().min(1).optional(),
});

type NewPointer = Omit<StatePointer, "version" | "written">;

/**
 * States in a folder: `versions/<serial>-<hash>.tfstate` hold the bytes, `pointers/<version>.json` the history. Both are
 * created by an exclusive link and never change, so of two writers of the same version one loses, at any interleaving.
 */
export class FolderStore implements StateStore {
  private readonly objects: string;
  private readonly pointers: string;

  constructor(
    /** The deployment's own folder; made at the first write. */
    directory: string,
    /** `<environment>/<name>`, for messages. */
    private readonly deployment: string,
  ) {
    this.objects = path.join(directory, "versions");
    this.pointers = path.join(directory, "pointers");
  }

  current(): Promise<StatePointer | undefined> {
    return this.guard("read", async () => {
      const latest = (await this.numbers()).at(-1);
      return latest === undefined ? undefined : await this.pointer(latest);
    });
  }

  read(version?: number): Promise<StoredState | undefined> {
    return this.guard("read", async () => {
      const pointer = version === undefined ? await this.current() : await this.pointer(version);
      return pointer && { pointer, bytes: await this.bytes(pointer) };
    });
  }

  write(bytes: Uint8Array, { lineage, serial, fence, replaces }: WriteClaim): Promise<StatePointer> {
    return this.guard("write", async () => {
      const current = await this.current();
      const sha256 = sha256Of(bytes);
      if (current) {
        if (current.lineage !== lineage) throw foreignState(this.deployment, lineage, current.lineage);
        if (current.serial > serial) throw olderState(this.deployment, serial, current.serial);
      }
      if (!(await fence.stillHeld())) throw lockLost(this.deployment);
      if (current?.serial === serial) {
        if (current.sha256 === sha256) return current;
        throw conflictingState(this.deployment, `serial ${String(serial)} exists with other content`);
      }
      this.checkReplaced(current, replaces);
      const key = `${String(serial).padStart(8, "0")}-${sha256.slice(0, 16)}.tfstate`;
      await this.putObject(key, bytes, sha256);
      return await this.commit((current?.version ?? 0) + 1, { lineage, serial, sha256, key }, fence);
    });
  }

  versions(): Promise<StateVersion[]> {
    return this.guard("read", async () => {
      const numbers = await this.numbers();
      const versions: StateVersion[] = [];
      for (const number of numbers.reverse()) {
        const pointer = await this.pointer(number).catch(ignoreDamaged);
        if (pointer) versions.push({ ...pointer, current: number === numbers[0] });
      }
      return versions;
    });
  }

  restore(version: number, fence: Fence): Promise<StatePointer> {
    return this.guard("write", async () => {
      const { lineage, serial, sha256, key } = await this.pointer(version);
      await this.bytes({ version, sha256, key });
      const latest = (await this.numbers()).at(-1) ?? 0;
      return await this.commit(latest + 1, { lineage, serial, sha256, key, restoredFrom: version }, fence);
    });
  }

  private checkReplaced(current: StatePointer | undefined, replaces: number | undefined): void {
    const version = current?.version ?? 0;
    if (replaces === undefined || replaces === version) return;
    const detail = `it was to replace version ${String(replaces)}, but version ${String(version)} is current`;
    throw conflictingState(this.deployment, detail);
  }

  private async commit(version: number, rest: NewPointer, fence: Fence): Promise<StatePointer> {
    const pointer: StatePointer = { version, ...rest, written: new Date().toISOString() };
    if (!(await fence.stillHeld())) throw lockLost(this.deployment);
    const created = await createExclusively(
      this.pointers,
      pointerName(version),
      `${JSON.stringify(pointer, null, 2)}\n`,
    );
    if (!created) throw conflictingState(this.deployment, `another run wrote version ${String(version)} first`);
    return pointer;
  }

  /** An object whose name exists has the same content, unless it was damaged: then the right content heals it. */
  private async putObject(key: string, bytes: Uint8Array, sha256: string): Promise<void> {
    await removeStaleTemporaries(this.objects);
    if (await createExclusively(this.objects, key, bytes)) return;
    const existing = await readIfExists(path.join(this.objects, key));
    if (!existing || sha256Of(existing) !== sha256) await replaceFile(this.objects, key, bytes);
  }

  private async bytes({ version, sha256, key }: Pick<StatePointer, "version" | "sha256" | "key">): Promise<Buffer> {
    const file = path.join(this.objects, key);
    const bytes = await readIfExists(file);
    if (!bytes) throw damagedState(this.deployment, file, `the object of version ${String(version)} is missing`);
    const actual = sha256Of(bytes);
    if (actual === sha256) return bytes;
    const detail = `sha256 is ${actual}, but version ${String(version)} was written with ${sha256}`;
    throw damagedState(this.deployment, file, detail);
  }

  private async pointer(version: number): Promise<StatePointer> {
    const file = path.join(this.pointers, pointerName(version));
    const bytes = await readIfExists(file);
    if (!bytes) throw unknownVersion(this.deployment, version);
    const parsed = pointerSchema.safeParse(parseJson(bytes));
    if (!parsed.success) throw damagedState(this.deployment, file, "the pointer can't be read");
    if (parsed.data.version === version) return parsed.data;
    const detail = `the pointer says version ${String(parsed.data.version)}`;
    throw damagedState(this.deployment, file, detail);
  }

  /** Numbers of all versions, ascending. */
  private async numbers(): Promise<number[]> {
    const matches = (await listDirectory(this.pointers)).map((name) => POINTER_NAME.exec(name)?.[1]);
    return matches.flatMap((digits) => (digits === undefined ? [] : [Number(digits)])).sort((a, b) => a - b);
  }

  private async guard<T>(action: "read" | "write", run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw error instanceof StateError ? error : storageFailed(this.deployment, action, error);
    }
  }
}

function pointerName(version: number): string {
  return `${String(version).padStart(8, "0")}.json`;
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function ignoreDamaged(error: unknown): undefined {
  if (error instanceof StateError && error.code === "damaged") return undefined;
  throw error;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

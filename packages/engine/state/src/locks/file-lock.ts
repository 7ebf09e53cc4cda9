import * as fs from "node:fs/promises";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LockHeldError, StateError, storageFailed } from "../errors.js";
import { createExclusively, listDirectory, readIfExists, removeStaleTemporaries } from "@infra/io";
import type { AcquireOptions, HeldLock, LockHolder, LockInspection, StateLock } from "./lock.js";
import { newHolder, parseHolder } from "./lock-holder.js";
import { livenessOf } from "./process-identity.js";

const POLL_MS = 200;
/** Old numbers stay a while, so that a contender with an outdated listing collides instead of reusing one. */
const KEPT_NUMBERS = 64;
const NAME = /^(\d{8,15})\.(json|released)$/;

interface Latest {
  readonly number: number;
  readonly released: boolean;
}

/** Where the files of a lock are kept. */
export interface LockFiles {
  /** The names of all files. */
  list(): Promise<string[]>;
  /** A file's bytes. @returns undefined when it does not exist */
  read(name: string): Promise<Buffer | undefined>;
  /** Creates a file, whole or not at all. @returns false when the name is taken */
  create(name: string, content: string): Promise<boolean>;
  /** Removes a file. Harmless when it does not exist. */
  remove(name: string): Promise<void>;
  /** How holders that can't be judged by their process show that they live. @default - they do not, and are never taken over */
  readonly life?: SignsOfLife;
}

/** A holder renews its file as long as it lives. */
export interface SignsOfLife {
  /** Milliseconds without a renewal after which a holder is gone. */
  readonly silentMs: number;
  /** Renews a file. Harmless when it does not exist. */
  renew(name: string): Promise<void>;
  /** Milliseconds since a file was renewed; 0 when it does not exist. */
  silence(name: string): Promise<number>;
}

/**
 * A lock of numbered files: `<n>.json` names holder n, `<n>.released` ends it. The holder is the highest number that is not
 * released. Numbers are only created, exclusively, so one contender gets each.
 */
export class NumberedLock implements StateLock {
  constructor(
    private readonly files: LockFiles,
    /** `<environment>/<name>`, for messages. */
    private readonly deployment: string,
  ) {}

  async acquire(operation: string, { waitMs = 0, signal }: AcquireOptions = {}): Promise<HeldLock> {
    const deadline = performance.now() + waitMs;
    for (;;) {
      signal?.throwIfAborted();
      const attempt = await this.guard(() => this.tryAcquire(operation));
      if ("release" in attempt) return attempt;
      const left = deadline - performance.now();
      if (left <= 0) throw new LockHeldError(attempt);
      await sleep(Math.min(POLL_MS, left), undefined, signal ? { signal } : {});
    }
  }

  inspect(): Promise<LockInspection | undefined> {
    return this.guard(async () => {
      const latest = await this.latest();
      if (!latest || latest.released) return undefined;
      const holder = await this.holder(latest.number);
      return { holder, state: livenessOf(holder) };
    });
  }

  forceUnlock(): Promise<LockHolder | undefined> {
    return this.guard(async () => {
      const latest = await this.latest();
      if (!latest || latest.released) return undefined;
      const holder = await this.holder(latest.number);
      await this.end(latest.number);
      return holder;
    });
  }

  /** One attempt. @returns the lock, or the live holder that has it */
  private async tryAcquire(operation: string): Promise<HeldLock | LockHolder> {
    for (;;) {
      const latest = await this.latest();
      let takenOver: LockHolder | undefined;
      if (latest && !latest.released) {
        takenOver = await this.holder(latest.number);
        if (!(await this.isGone(latest.number, takenOver))) return takenOver;
      }
      const number = (latest?.number ?? 0) + 1;
      const holder = newHolder(this.deployment, operation);
      if (!(await this.files.create(fileName(number, "json"), JSON.stringify(holder)))) continue;
      if (!(await this.isLatest(number))) {
        await this.end(number);
        continue;
      }
      await this.prune(number);
      return this.held(number, holder, takenOver);
    }
  }

  private async isGone(number: number, holder: LockHolder): Promise<boolean> {
    const state = livenessOf(holder);
    const { life } = this.files;
    if (state !== "unknown" || !life) return state === "dead";
    return (await life.silence(fileName(number, "json"))) > life.silentMs;
  }

  private held(number: number, holder: LockHolder, takenOver: LockHolder | undefined): HeldLock {
    const { life } = this.files;
    const renewal = life && setInterval(() => void life.renew(fileName(number, "json")), life.silentMs / 10).unref();
    return {
      holder,
      ...(takenOver && { takenOver }),
      token: String(number),
      stillHeld: () => this.guard(() => this.isLatest(number)),
      release: () => {
        clearInterval(renewal);
        return this.guard(() => this.end(number));
      },
    };
  }

  private async isLatest(number: number): Promise<boolean> {
    const latest = await this.latest();
    return latest?.number === number && !latest.released;
  }

  private async end(number: number): Promise<void> {
    await this.files.create(fileName(number, "released"), "");
  }

  private async latest(): Promise<Latest | undefined> {
    let number = 0;
    let released = 0;
    for (const name of await this.files.list()) {
      const [, digits, kind] = NAME.exec(name) ?? [];
      if (kind === "json") number = Math.max(number, Number(digits));
      if (kind === "released") released = Math.max(released, Number(digits));
    }
    return number === 0 ? undefined : { number, released: released >= number };
  }

  private async holder(number: number): Promise<LockHolder> {
    const bytes = await this.files.read(fileName(number, "json"));
    return parseHolder(bytes?.toString("utf8"), this.deployment);
  }

  private async prune(number: number): Promise<void> {
    for (const name of await this.files.list()) {
      const digits = NAME.exec(name)?.[1];
      if (digits !== undefined && Number(digits) <= number - KEPT_NUMBERS) await this.files.remove(name);
    }
  }

  private async guard<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw error instanceof StateError ? error : storageFailed(`${this.deployment} (its lock)`, "write", error);
    }
  }
}

/** A lock in `<directory>/lock`, of files that are created by an exclusive link. */
export class FileLock extends NumberedLock {
  constructor(
    /** The deployment's state folder. */
    directory: string,
    /** `<environment>/<name>`, for messages. */
    deployment: string,
    /**
     * Milliseconds without a sign of life after which a holder that can't be judged by its process is gone: for folders that machines
     * share, or keep from job to job.
     * @default - such a holder is never gone
     */
    silentMs?: number,
  ) {
    const folder = path.join(directory, "lock");
    const files: LockFiles = {
      list: () => listDirectory(folder),
      read: (name) => readIfExists(path.join(folder, name)),
      create: (name, content) => createExclusively(folder, name, content),
      remove: async (name) => {
        await removeStaleTemporaries(folder);
        await fs.rm(path.join(folder, name), { force: true });
      },
      ...(silentMs !== undefined && { life: lifeIn(folder, silentMs) }),
    };
    super(files, deployment);
  }
}

function lifeIn(folder: string, silentMs: number): SignsOfLife {
  return {
    silentMs,
    renew: async (name) => {
      const now = new Date();
      await fs.utimes(path.join(folder, name), now, now).catch(() => undefined);
    },
    silence: async (name) => {
      const stat = await fs.stat(path.join(folder, name)).catch(() => undefined);
      return stat ? Date.now() - stat.mtimeMs : 0;
    },
  };
}

function fileName(number: number, kind: "json" | "released"): string {
  return `${String(number).padStart(8, "0")}.${kind}`;
}

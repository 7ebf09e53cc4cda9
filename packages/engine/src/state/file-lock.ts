import { randomUUID } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { LockHeldError, StateError, storageFailed } from "./errors.js";
import { createExclusively, listDirectory, readIfExists, removeStaleTemporaries } from "./exclusive-file.js";
import { type AcquireOptions, type HeldLock, type LockHolder, type LockInspection, type StateLock } from "./lock.js";
import { livenessOf, thisProcess } from "./process-identity.js";

const POLL_MS = 200;
/** Old numbers stay a while, so that a contender with an outdated listing collides instead of reusing one. */
const KEPT_NUMBERS = 64;
const NAME = /^(\d{8,15})\.(json|released)$/;

const holderSchema = z.object({
  id: z.string().min(1),
  operation: z.string(),
  deployment: z.string(),
  user: z.string(),
  host: z.string(),
  pid: z.int().min(1),
  processStart: z.string().optional(),
  pidNamespace: z.string().optional(),
  since: z.string(),
});

interface Latest {
  readonly number: number;
  readonly released: boolean;
}

/**
 * A lock of numbered files in `<directory>/lock`: `<n>.json` names holder n, `<n>.released` ends it. The holder is the
 * highest number that is not released. Numbers are only created, by an exclusive link, so one contender gets each.
 */
export class FileLock implements StateLock {
  private readonly folder: string;

  constructor(
    /** The deployment's state folder. */
    directory: string,
    /** `<environment>/<name>`, for messages. */
    private readonly deployment: string,
  ) {
    this.folder = path.join(directory, "lock");
  }

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
        if (livenessOf(takenOver) !== "dead") return takenOver;
      }
      const number = (latest?.number ?? 0) + 1;
      const holder = this.newHolder(operation);
      if (!(await createExclusively(this.folder, fileName(number, "json"), JSON.stringify(holder)))) continue;
      if (!(await this.isLatest(number))) {
        await this.end(number);
        continue;
      }
      await this.prune(number);
      return this.held(number, holder, takenOver);
    }
  }

  private newHolder(operation: string): LockHolder {
    const since = new Date().toISOString();
    return { id: randomUUID(), operation, deployment: this.deployment, ...thisProcess(), since };
  }

  private held(number: number, holder: LockHolder, takenOver: LockHolder | undefined): HeldLock {
    return {
      holder,
      ...(takenOver && { takenOver }),
      token: String(number),
      stillHeld: () => this.guard(() => this.isLatest(number)),
      release: () => this.guard(() => this.end(number)),
    };
  }

  private async isLatest(number: number): Promise<boolean> {
    const latest = await this.latest();
    return latest?.number === number && !latest.released;
  }

  private async end(number: number): Promise<void> {
    await createExclusively(this.folder, fileName(number, "released"), "");
  }

  private async latest(): Promise<Latest | undefined> {
    let number = 0;
    let released = 0;
    for (const name of await listDirectory(this.folder)) {
      const [, digits, kind] = NAME.exec(name) ?? [];
      if (kind === "json") number = Math.max(number, Number(digits));
      if (kind === "released") released = Math.max(released, Number(digits));
    }
    return number === 0 ? undefined : { number, released: released >= number };
  }

  private async holder(number: number): Promise<LockHolder> {
    const bytes = await readIfExists(path.join(this.folder, fileName(number, "json")));
    const parsed = holderSchema.safeParse(parseJson(bytes));
    return parsed.success ? withoutUndefined(parsed.data) : this.unreadableHolder();
  }

  /** A holder file that can't be read may belong to a live run: it counts as held, on a host that can't be judged. */
  private unreadableHolder(): LockHolder {
    const unknown = "unknown";
    return {
      id: unknown,
      operation: unknown,
      deployment: this.deployment,
      user: unknown,
      host: "",
      pid: 1,
      since: unknown,
    };
  }

  private async prune(number: number): Promise<void> {
    await removeStaleTemporaries(this.folder);
    for (const name of await listDirectory(this.folder)) {
      const digits = NAME.exec(name)?.[1];
      if (digits !== undefined && Number(digits) <= number - KEPT_NUMBERS)
        await fs.rm(path.join(this.folder, name), { force: true });
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

function fileName(number: number, kind: "json" | "released"): string {
  return `${String(number).padStart(8, "0")}.${kind}`;
}

function parseJson(bytes: Buffer | undefined): unknown {
  try {
    return bytes && JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

function withoutUndefined({ processStart, pidNamespace, ...rest }: z.infer<typeof holderSchema>): LockHolder {
  return {
    ...rest,
    ...(processStart !== undefined && { processStart }),
    ...(pidNamespace !== undefined && { pidNamespace }),
  };
}

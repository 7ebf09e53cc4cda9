import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { AppliedConfiguration, AppliedRecord } from "../applied-records.js";
import type { StateCipher } from "../sealed.js";
import { conflictingState, refusedWrite, stalePlan, StateError } from "../errors.js";
import type { HeldLock, LockHolder, StateLock } from "../locks/lock.js";
import type { Retention, StateStore } from "../stores/store.js";
import { type EngineLock, identifyState, parseLockInfo, type StateIdentity } from "./wire.js";

/** What a session serves, and to what end. */
export interface SessionOptions {
  /** `<environment>/<name>`. */
  readonly deployment: string;
  readonly store: StateStore;
  readonly lock: StateLock;
  /** What is being done: `apply`, `plan`, `output`; named to whoever finds the deployment locked. */
  readonly operation: string;
  /** Takes no lock and refuses every write. @default - true for the operation `output` */
  readonly readOnly?: boolean;
  /** Milliseconds to wait for another holder of the lock. @default 0 */
  readonly waitMs?: number;
  /** Ends the waiting for the lock. @default - only the time ends it */
  readonly signal?: AbortSignal;
  /** Encrypts between the engine and the store. @default - states are stored as the engine sends them */
  readonly cipher?: StateCipher;
  /** Turns stored bytes into what the engine can read. @default - it gets them as they are */
  readonly forEngine?: (stored: Buffer) => Promise<Buffer>;
  /** Refuses states that the engine did not encrypt itself. @default false */
  readonly requireEncrypted?: boolean;
  /**
   * The version that a saved plan was made from ({@link Session.version}); another current version is refused as stale.
   * @default - any version
   */
  readonly expectVersion?: number;
  /**
   * Keeps a state that could not be recorded. While the session holds the lock, what it read or wrote last is then also served
   * from memory: the engine reads once more before it writes. @default - only the engine does, in its own way
   */
  readonly keep?: StateKeeper;
  /** Which versions are kept; the others go at the end of a session that wrote. @default - all are kept */
  readonly retention?: Retention;
}

/** Keeps states that could not be recorded, until somebody records them. */
export interface StateKeeper {
  /** Keeps a state. @returns where */
  keep(state: StateIdentity & { bytes: Buffer; replaces: number; reason: string }): Promise<string>;
  /** Drops what was kept: a newer state was recorded. */
  drop(): void;
}

/** An answer to the engine. */
export interface Answer {
  readonly status: number;
  readonly body?: Buffer | string;
}

/** One deployment served to the engines of one run, from the taking of its lock to the release. */
export class Session {
  /** The name the engine must give. */
  readonly username = randomBytes(9).toString("base64url");
  /** The password the engine must give. */
  readonly password = randomBytes(32).toString("base64url");
  /** The path that the session serves: `/<environment>/<name>`. */
  readonly path: string;
  /** Environment variables that point `backend "http" {}` here. */
  readonly env: Readonly<Record<string, string>>;
  /** What went wrong while serving: the engine itself prints only a status code. */
  readonly failures: StateError[] = [];
  /** What the session could not do and that is not wrong with the state; complete when it is closed. */
  readonly notes: string[] = [];
  /** Where the state is that could not be recorded. @returns undefined when every one was */
  kept: string | undefined;

  private engineLock: EngineLock | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private closing: Promise<void> | undefined;
  private wrote = false;
  /** What the engine read or wrote last under the lock; no body before the first write. */
  private last: Answer | undefined;

  /** Takes the lock, unless read-only, and checks the version. Throws `LockHeldError`, `stale`, or what the store throws. */
  static async open(options: SessionOptions, origin: string, onClose: (session: Session) => void): Promise<Session> {
    const { deployment, store, lock, operation, waitMs, signal, expectVersion } = options;
    const readOnly = options.readOnly ?? operation === "output";
    const held = readOnly
      ? undefined
      : await lock.acquire(operation, { ...(waitMs && { waitMs }), ...(signal && { signal }) });
    try {
      const version = (await store.current())?.version ?? 0;
      if (expectVersion !== undefined && expectVersion !== version) throw stalePlan(deployment, expectVersion, version);
      return new Session(options, held, version, origin, onClose);
    } catch (error) {
      await held?.release();
      throw error;
    }
  }

  private constructor(
    private readonly options: SessionOptions,
    private readonly held: HeldLock | undefined,
    private currentVersion: number,
    origin: string,
    private readonly onClose: (session: Session) => void,
  ) {
    this.path = new URL(options.deployment, `${origin}/`).pathname;
    const address = `${origin}${this.path}`;
    const lockAddress = held ? address : "";
    this.env = {
      TF_HTTP_ADDRESS: address,
      TF_HTTP_UPDATE_METHOD: "POST",
      TF_HTTP_LOCK_ADDRESS: lockAddress,
      TF_HTTP_LOCK_METHOD: "LOCK",
      TF_HTTP_UNLOCK_ADDRESS: lockAddress,
      TF_HTTP_UNLOCK_METHOD: "UNLOCK",
      TF_HTTP_USERNAME: this.username,
      TF_HTTP_PASSWORD: this.password,
      TF_HTTP_RETRY_MAX: "1",
      TF_HTTP_RETRY_WAIT_MIN: "1",
      TF_HTTP_RETRY_WAIT_MAX: "1",
    };
  }

  /** Version of the state that is current for this session; 0 before the first write. A saved plan is bound to it. */
  get version(): number {
    return this.currentVersion;
  }

  /** The dead holder whose lock was taken over. @returns undefined when the lock was free */
  get takenOver(): LockHolder | undefined {
    return this.held?.takenOver;
  }

  /** Records an apply beside the state, under the lock. @throws StateError */
  async recordApplied(record: Omit<AppliedRecord, "configuration">, applied: AppliedConfiguration): Promise<void> {
    if (!this.held) throw this.readOnlyError();
    await this.options.store.applied.add(record, applied, this.held);
  }

  /** What is on record of the last apply. @returns undefined when there is nothing @throws StateError */
  lastApplied(): Promise<AppliedRecord | undefined> {
    return this.options.store.applied.last();
  }

  /** Whether an engine of the session holds its own lock at the moment. */
  get engineHolds(): boolean {
    return this.engineLock !== undefined;
  }

  /** Whether these are the session's credentials; takes the same time for any input. */
  accepts(username: string, password: string): boolean {
    const given = timingSafeEqual(digest(username), digest(this.username));
    return timingSafeEqual(digest(password), digest(this.password)) && given;
  }

  /** Ends the session after the requests under way, and releases the lock. May be called more than once. */
  close(): Promise<void> {
    this.closing ??= this.queue.then(async () => {
      this.onClose(this);
      await this.prune();
      await this.release();
    });
    return this.closing;
  }

  /** GET: the current state. */
  get(): Promise<Answer> {
    return this.inTurn(async () => {
      if (this.last) return this.last;
      const stored = await this.options.store.read();
      if (!stored) return this.remember({ status: 204 });
      // Under the lock nobody else may write: another version than expected then refuses the next write.
      if (!this.held) this.currentVersion = stored.pointer.version;
      return this.remember({ status: 200, body: await this.forEngine(stored.bytes) });
    });
  }

  private async forEngine(stored: Buffer): Promise<Buffer> {
    const { cipher, forEngine } = this.options;
    if (cipher) return await cipher.open(stored);
    return forEngine ? await forEngine(stored) : stored;
  }

  private remember(answer: Answer): Answer {
    if (this.options.keep && this.held) this.last = answer;
    return answer;
  }

  /** POST: a new state. `lockId` is what the engine says it holds. */
  post(bytes: Buffer, lockId: string | undefined): Promise<Answer> {
    return this.inTurn(async () => {
      const { held } = this;
      if (!held) throw this.readOnlyError();
      if (lockId !== this.engineLock?.ID) throw this.lockIdError(lockId);
      const identity = this.identify(bytes);
      try {
        await this.record(bytes, identity, held);
      } catch (error) {
        await this.keep(bytes, identity, error);
        throw error;
      }
      return { status: 200 };
    });
  }

  private async record(bytes: Buffer, identity: StateIdentity, held: HeldLock): Promise<void> {
    const { store, cipher } = this.options;
    if (cipher && (await this.isRepeated(bytes, identity, cipher))) return;
    const stored = cipher ? await cipher.seal(bytes) : bytes;
    const claim = { lineage: identity.lineage, serial: identity.serial, fence: held, replaces: this.currentVersion };
    this.currentVersion = (await store.write(stored, claim)).version;
    this.wrote = true;
    this.remember({ status: 200, body: bytes });
    if (this.kept === undefined) return;
    this.options.keep?.drop();
    this.kept = undefined;
  }

  private async keep(bytes: Buffer, identity: StateIdentity, error: unknown): Promise<void> {
    if (!this.options.keep || !(error instanceof StateError)) return;
    try {
      const reason = error.problems[0]?.message ?? error.message;
      this.kept = await this.options.keep.keep({ ...identity, bytes, replaces: this.currentVersion, reason });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.failed(
        refusedWrite(this.options.deployment, `nor could it be kept: ${reason}`, "Look for errored.tfstate."),
      );
    }
  }

  /** A remote lock that can't be given back ends by itself, or is taken over: what the run found out matters more. */
  private async release(): Promise<void> {
    try {
      await this.held?.release();
    } catch (error) {
      if (!this.options.keep || !(error instanceof StateError)) throw error;
    }
  }

  /** What is too old goes while the lock is held; that it could not go is no reason to fail. */
  private async prune(): Promise<void> {
    const { retention, store } = this.options;
    if (!retention || !this.held || !this.wrote) return;
    try {
      const { left } = await store.prune(retention, this.held);
      this.notes.push(...left.map((each) => `old versions were removed, but not all that belongs to them: ${each}`));
    } catch (error) {
      const reason = error instanceof StateError ? error.problems[0]?.message : undefined;
      this.notes.push(`old versions were not removed: ${reason ?? String(error)}`);
    }
  }

  /** LOCK: one engine of the session at a time. */
  lock(body: Buffer): Promise<Answer> {
    return this.inTurn(async () => {
      if (!this.held) throw this.readOnlyError();
      const info = parseLockInfo(body);
      if (!info) return { status: 400, body: "not lock information" };
      if (this.engineLock && this.engineLock.ID !== info.ID)
        return { status: 423, body: JSON.stringify(this.engineLock) };
      if (!(await this.held.stillHeld())) return { status: 409, body: "the run lost its lock" };
      this.engineLock = info;
      return { status: 200 };
    });
  }

  /** UNLOCK: only with the identity of the LOCK; repeated ones are accepted. */
  unlock(body: Buffer): Promise<Answer> {
    return this.inTurn(() => {
      const info = parseLockInfo(body);
      if (!info) return Promise.resolve({ status: 400, body: "not lock information" });
      if (this.engineLock && this.engineLock.ID !== info.ID) {
        return Promise.resolve({ status: 409, body: JSON.stringify(this.engineLock) });
      }
      this.engineLock = undefined;
      return Promise.resolve({ status: 200 });
    });
  }

  private identify(bytes: Buffer): StateIdentity {
    const identity = identifyState(bytes);
    const { deployment, requireEncrypted } = this.options;
    if (!identity)
      throw refusedWrite(
        deployment,
        "what was sent is not a state of format 4",
        "Use OpenTofu, or Terraform 1.11 or newer.",
      );
    if (requireEncrypted && !identity.encrypted) {
      throw refusedWrite(
        deployment,
        "it is not encrypted, but encryption is required",
        "Set the state passphrase, then run again.",
      );
    }
    return identity;
  }

  /** Sealing gives other bytes each time, so a repeated request is recognized by the content. */
  private async isRepeated(bytes: Buffer, identity: StateIdentity, cipher: StateCipher): Promise<boolean> {
    const stored = await this.options.store.read();
    if (stored?.pointer.serial !== identity.serial || stored.pointer.lineage !== identity.lineage) return false;
    if ((await cipher.open(stored.bytes)).equals(bytes)) return true;
    throw conflictingState(this.options.deployment, `serial ${String(identity.serial)} exists with other content`);
  }

  private readOnlyError(): StateError {
    const { deployment, operation } = this.options;
    return refusedWrite(deployment, `"${operation}" only reads`, `Change it with "infra apply ${deployment}".`);
  }

  private lockIdError(lockId: string | undefined): StateError {
    const detail = `the engine's lock is ${this.engineLock?.ID ?? "none"}, the write came with ${lockId ?? "none"}`;
    return conflictingState(this.options.deployment, detail);
  }

  /** One request at a time; what it throws is kept for the command and answered by a status. */
  private inTurn(run: () => Promise<Answer>): Promise<Answer> {
    if (this.closing) return Promise.resolve({ status: 410, body: "the session has ended" });
    const answer = this.queue.then(run).catch((error: unknown) => this.failed(error));
    this.queue = answer.catch(() => undefined);
    return answer;
  }

  private failed(error: unknown): Answer {
    if (!(error instanceof StateError)) throw error;
    if (!this.failures.some(({ message }) => message === error.message)) this.failures.push(error);
    return { status: statusOf(error), body: error.message };
  }
}

/** Only what may pass by itself is answered by 5xx, which the engine repeats. */
function statusOf(error: StateError): number {
  if (error.code === "storage") return 500;
  return error.code === "damaged" ? 422 : 409;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

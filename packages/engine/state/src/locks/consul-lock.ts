import { setTimeout as sleep } from "node:timers/promises";
import { parseJson } from "@infra/inventory";
import { z } from "zod";
import { type ConsulClient, ConsulFailure } from "../consul-client.js";
import { encoded } from "../stores/consul-pointers.js";
import { LockHeldError, StateError, storageFailed } from "../errors.js";
import { newHolder, parseHolder } from "./lock-holder.js";
import type { AcquireOptions, HeldLock, LockHolder, LockInspection, StateLock } from "./lock.js";
import { livenessOf } from "./process-identity.js";

const POLL_MS = 500;
/** The holder may change between two questions, though not for ever. */
const ATTEMPTS = 20;
const RELEASE_PATIENCE_MS = 2_000;
const sessionSchema = z.looseObject({ ID: z.string().min(1) });
const entries = z.array(z.looseObject({ Session: z.string().optional(), Value: z.string().nullable() })).min(1);

interface Owner {
  readonly session: string;
  readonly holder: LockHolder;
}

/**
 * A lock of a Consul session. The session is renewed while the process runs; Consul ends it, and frees the lock, within the
 * TTL after the last renewal. On the same host the lock of a process that is gone is taken over at once.
 */
export class ConsulLock implements StateLock {
  private readonly key: string;

  constructor(
    private readonly client: ConsulClient,
    /** `<environment>/<name>`. */
    private readonly deployment: string,
  ) {
    this.key = encoded(`${client.settings.prefix}/${deployment}/lock`);
  }

  acquire(operation: string, { waitMs = 0, signal }: AcquireOptions = {}): Promise<HeldLock> {
    return this.guard(async () => {
      const deadline = performance.now() + waitMs;
      const holder = newHolder(this.deployment, operation);
      const session = await this.createSession(holder);
      // Also while it waits: a session that is not renewed ends.
      const renewal = this.renew(session);
      try {
        for (;;) {
          signal?.throwIfAborted();
          const attempt = await this.tryAcquire(session, holder, renewal);
          if ("release" in attempt) return attempt;
          const left = deadline - performance.now();
          if (left <= 0) throw new LockHeldError(attempt);
          await sleep(Math.min(POLL_MS, left), undefined, signal ? { signal } : {});
        }
      } catch (error) {
        clearInterval(renewal);
        await this.destroy(session, this.releasePatience).catch(() => undefined);
        throw error;
      }
    });
  }

  inspect(): Promise<LockInspection | undefined> {
    return this.guard(async () => {
      const owner = await this.owner();
      if (!owner) return undefined;
      // Elsewhere, too, somebody renews the session: else it would be gone.
      return { holder: owner.holder, state: livenessOf(owner.holder) === "dead" ? "dead" : "alive" };
    });
  }

  forceUnlock(): Promise<LockHolder | undefined> {
    return this.guard(async () => {
      const owner = await this.owner();
      if (owner) await this.destroy(owner.session);
      return owner?.holder;
    });
  }

  /** One attempt. @returns the lock, or the live holder that has it */
  private async tryAcquire(
    session: string,
    holder: LockHolder,
    renewal: NodeJS.Timeout,
  ): Promise<HeldLock | LockHolder> {
    let takenOver: LockHolder | undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const path = `kv/${this.key}?acquire=${session}`;
      const { text } = await this.client.call({ method: "PUT", path, body: JSON.stringify(holder) });
      if (text.trim() === "true") return this.held(session, holder, takenOver, renewal);
      const owner = await this.owner();
      if (owner && livenessOf(owner.holder) !== "dead") return owner.holder;
      if (owner) {
        takenOver = owner.holder;
        await this.destroy(owner.session);
      } else await sleep(10);
    }
    throw new ConsulFailure("Consul refuses the lock, and says that nobody holds it", 200);
  }

  private held(
    session: string,
    holder: LockHolder,
    takenOver: LockHolder | undefined,
    renewal: NodeJS.Timeout,
  ): HeldLock {
    return {
      holder,
      ...(takenOver && { takenOver }),
      token: session,
      stillHeld: () => this.guard(async () => (await this.owner())?.session === session),
      release: async () => {
        clearInterval(renewal);
        // Where Consul does not answer it ends the session by itself.
        await this.destroy(session, this.releasePatience).catch(() => undefined);
      },
    };
  }

  /** A renewal that fails is made up for by the next one, as long as the session lives. */
  private renew(session: string): NodeJS.Timeout {
    const interval = (this.sessionTtl * 1_000) / 3;
    const timer = setInterval(() => {
      const path = `session/renew/${session}`;
      void this.client
        .call({ method: "PUT", path, accept: [404], patienceMs: interval })
        .then(({ status }) => {
          if (status === 404) clearInterval(timer);
        })
        .catch(() => undefined);
    }, interval);
    return timer.unref();
  }

  /** Consul takes up to twice the TTL of a session to end it; what is left is for asking. 10 is the least that Consul takes. */
  private get sessionTtl(): number {
    return Math.max(10, Math.floor((this.client.settings.ttl - 2) / 2));
  }

  private get releasePatience(): number {
    return Math.min(RELEASE_PATIENCE_MS, this.client.settings.patienceMs ?? RELEASE_PATIENCE_MS);
  }

  private async createSession({ operation, user, host, pid }: LockHolder): Promise<string> {
    const body = JSON.stringify({
      Name: `infra ${operation} ${this.deployment}, ${user}@${host}, pid ${String(pid)}`,
      TTL: `${String(this.sessionTtl)}s`,
      // The key stays, without a holder.
      Behavior: "release",
      // A late writer is refused by its transaction, so that the next run need not wait for it.
      LockDelay: "0s",
      // Bound to no health check: the holder need not be a member of the cluster.
      NodeChecks: [],
    });
    const { text } = await this.client.call({ method: "PUT", path: "session/create", body });
    const parsed = sessionSchema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data.ID;
    throw new ConsulFailure(`Consul's answer is not a session: ${text.slice(0, 200)}`, 200);
  }

  private async destroy(session: string, patienceMs?: number): Promise<void> {
    const patience = patienceMs === undefined ? {} : { patienceMs };
    await this.client.call({ method: "PUT", path: `session/destroy/${session}`, ...patience });
  }

  /** Who holds the lock. @returns undefined when it is free */
  private async owner(): Promise<Owner | undefined> {
    const answer = await this.client.call({ method: "GET", path: `kv/${this.key}?consistent`, accept: [404] });
    const entry = answer.status === 404 ? undefined : entries.safeParse(parseJson(answer.text)).data?.[0];
    if (!entry?.Session) return undefined;
    const text = Buffer.from(entry.Value ?? "", "base64").toString("utf8");
    return { session: entry.Session, holder: parseHolder(text, this.deployment) };
  }

  private async guard<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (error instanceof StateError || !(error instanceof ConsulFailure)) throw error;
      throw storageFailed(`${this.deployment} (its lock)`, "write", error);
    }
  }
}

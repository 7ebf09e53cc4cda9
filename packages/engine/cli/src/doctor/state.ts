import { randomUUID } from "node:crypto";
import type { Finding } from "./doctor.js";
import { problemsOfError } from "@infra/inventory";
import { conditionalWrites, type ConsulClient, ConsulLock, ConsulPointers, encoded } from "@infra/state";
import type { RemoteState } from "@infra/state/remote";

const WRITERS = 64;
/** Beyond this, times in histories and locks mislead. */
const SKEW_MS = 30_000;
/** Beyond this, S3 refuses every signed request. */
const FATAL_SKEW_MS = 15 * 60_000;

/** Tries a remote store and its lock for what runs rely on, and says what each finding means. */
export async function remoteFindings({ bucket, consul }: RemoteState): Promise<Finding[]> {
  const store = await storeFindings(bucket, consul !== undefined);
  return consul ? [...store, ...(await lockFindings(consul))] : store;
}

async function storeFindings(bucket: RemoteState["bucket"], guarded: boolean): Promise<Finding[]> {
  const place = bucket.place("");
  const begun = Date.now();
  const date = await bucket.clock();
  const skew = skewFinding("store", date, begun, Date.now());
  try {
    await bucket.head();
    const { honoured, won } = await conditionalWrites(bucket, WRITERS);
    return [{ level: "ok", message: `store: ${place} answers` }, writesFinding(honoured, won, guarded), ...skew];
  } catch (error) {
    const remedy = `No run can read or write the states in ${place}: check its endpoint, bucket and credentials`;
    return [{ level: "error", message: `store: ${reasonOf(error)}`, remedy }, ...skew];
  }
}

function writesFinding(honoured: boolean, won: number, guarded: boolean): Finding {
  const writers = String(WRITERS);
  if (honoured)
    return {
      level: "ok",
      message: `store: of ${writers} writers of one object exactly one succeeded: conditional writes keep runs apart`,
    };
  const found = `store: ${String(won)} of ${writers} writers of one object succeeded: it overwrites in spite of a condition`;
  if (guarded) return { level: "ok", message: `${found}; Consul keeps runs apart` };
  return {
    level: "error",
    message: found,
    remedy:
      "Runs refuse to write here, and can only plan: name a Consul in the inventory, `state: { consul: { address: … } }`",
  };
}

async function lockFindings(consul: ConsulClient): Promise<Finding[]> {
  const addresses = consul.settings.addresses.join(", ");
  try {
    const begun = Date.now();
    const { date } = await consul.call({ method: "GET", path: "status/leader" });
    const skew = skewFinding("lock", date, begun, Date.now());
    return [await fenceFinding(consul, addresses), ...skew];
  } catch (error) {
    return [
      {
        level: "error",
        message: `lock: ${reasonOf(error)}`,
        remedy: `Without Consul (${addresses}) runs refuse to write, and plan from the last known version`,
      },
    ];
  }
}

/** Does what a late writer would do: it must be refused. */
async function fenceFinding(consul: ConsulClient, addresses: string): Promise<Finding> {
  const probe = `doctor/${randomUUID()}`;
  const lock = new ConsulLock(consul, probe);
  const pointers = new ConsulPointers(consul, probe);
  const held = await lock.acquire("doctor");
  try {
    const first = await pointers.commit("first", 0, held.token);
    await lock.forceUnlock();
    const late = await pointers.commit("late", (await pointers.read()).revision, held.token);
    if (first === "done" && late === "lock-lost")
      return { level: "ok", message: `lock: Consul (${addresses}) locks, and refuses a writer that lost its lock` };
    return {
      level: "error",
      message: `lock: Consul (${addresses}) did not refuse a writer that had lost its lock (${first}, ${late})`,
      remedy: "Two runs could write one state: do not apply; check what stands at this address",
    };
  } finally {
    await held.release().catch(() => undefined);
    const key = encoded(`${consul.settings.prefix}/${probe}`);
    await consul.call({ method: "DELETE", path: `kv/${key}?recurse` }).catch(() => undefined);
  }
}

/** Dates of answers are whole seconds, and were written between the question and the answer. */
function skewFinding(what: string, date: Date | undefined, begun: number, ended: number): Finding[] {
  if (!date || Number.isNaN(date.getTime())) return [];
  const skew = Math.max(begun - (date.getTime() + 1_000), date.getTime() - ended, 0);
  const seconds = String(Math.round(skew / 1_000));
  if (skew < SKEW_MS) return [{ level: "ok", message: `${what}: its clock and this machine's agree` }];
  return [
    {
      level: skew < FATAL_SKEW_MS ? "warning" : "error",
      message: `${what}: its clock and this machine's differ by ${seconds} s`,
      remedy:
        skew < FATAL_SKEW_MS
          ? "Times of versions and of lock holders mislead: synchronize the clocks (NTP)"
          : "S3 refuses signatures that are more than 15 minutes off: synchronize the clocks (NTP)",
    },
  ];
}

function reasonOf(error: unknown): string {
  return problemsOfError(error)[0]?.message.replace(/^unexpected: (?:\w+: )?(.*?)(?:\n[^]*)?$/, "$1") ?? String(error);
}

import { readFileSync, readlinkSync } from "node:fs";
import * as os from "node:os";
import type { LockHolder } from "./lock.js";

/** What tells this process from any other, on this and on other machines. */
export type ProcessIdentity = Pick<LockHolder, "user" | "host" | "pid" | "processStart" | "pidNamespace">;

/** The identity of this process. */
export function thisProcess(): ProcessIdentity {
  const processStart = startOfProcess(process.pid);
  const namespace = pidNamespace();
  return {
    user: userName(),
    host: os.hostname(),
    pid: process.pid,
    ...(processStart === undefined ? {} : { processStart }),
    ...(namespace === undefined ? {} : { pidNamespace: namespace }),
  };
}

/** Whether a process still runs. `unknown` when it is on another host or in another pid namespace. */
export function livenessOf(holder: ProcessIdentity): "alive" | "dead" | "unknown" {
  if (holder.host !== os.hostname() || holder.pidNamespace !== pidNamespace()) return "unknown";
  if (!pidExists(holder.pid)) return "dead";
  const stat = processStat(holder.pid);
  if (stat === undefined || holder.processStart === undefined) return "alive";
  return stat.start === holder.processStart && !stat.ended ? "alive" : "dead";
}

function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** When a process began, in ticks since boot. @returns undefined where that can't be told: only Linux says it */
function startOfProcess(pid: number): string | undefined {
  return processStat(pid)?.start;
}

/** Start time in ticks since boot, and whether the process has ended but was not reaped yet; Linux only. */
function processStat(pid: number): { start: string; ended: boolean } | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    // The command name, in parentheses, may itself contain spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, start] = [fields[0], fields[19]];
    return start === undefined ? undefined : { start, ended: state === "Z" || state === "X" };
  } catch {
    return undefined;
  }
}

function pidNamespace(): string | undefined {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return undefined;
  }
}

function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return process.env["USER"] ?? "unknown";
  }
}

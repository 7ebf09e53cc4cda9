import { existsSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { infraError } from "@infra/inventory";
import { describeHolder, type LockHolder } from "@infra/state";
import { engineFile, interruptedMark } from "./engine-process.js";

const LONGEST_WAIT_MS = 30_000;

/**
 * Ends an engine that a run left behind in a working folder: it is told to end, unless it was told before, and waited for. An
 * engine that is told twice drops what it is doing, and that would be lost.
 *
 * @throws InfraError when it goes on working
 */
export async function endOrphan(work: string, notes: string[]): Promise<void> {
  const { pid, text } = lastEngine(work);
  if (!worksIn(pid, work)) return;
  if (!text.includes(interruptedMark)) interrupt(pid);
  for (let waited = 0; waited < LONGEST_WAIT_MS && worksIn(pid, work); waited += 50) await sleep(50);
  if (worksIn(pid, work))
    throw infraError(
      `the engine of a run that died still works in ${work} (pid ${String(pid)})`,
      `Wait until it ends, or end it: kill ${String(pid)}`,
    );
  notes.push(`ended the engine that a run had left behind (pid ${String(pid)})`);
}

/**
 * Leaves an engine alone that works in a folder: who only looks at a deployment can't tell whether a run still waits for it.
 *
 * @param holder The run that had the folder before. @default - not known
 * @throws InfraError when there is one
 */
export function refuseOverOrphan(work: string, holder?: LockHolder): void {
  const { pid } = lastEngine(work);
  if (!worksIn(pid, work)) return;
  const owner = holder ? `, left by ${describeHolder(holder)}` : "";
  throw infraError(
    `an engine works in ${work} (pid ${String(pid)}${owner}), and without the lock it can't be ended`,
    "Wait until it ends, or run this again when the lock can be taken",
  );
}

/** The engine that was last started in a folder, and what is noted of it. */
function lastEngine(work: string): { pid: number; text: string } {
  const file = join(work, engineFile);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return { pid: Number.parseInt(text, 10), text };
}

function interrupt(pid: number): void {
  try {
    process.kill(pid, "SIGINT");
  } catch {
    // It has just ended by itself.
  }
}

/** Does the process still run with this working folder? The folder tells a pid that was given to another process since. */
function worksIn(pid: number, folder: string): boolean {
  if (!(pid > 0)) return false;
  try {
    return readlinkSync(`/proc/${String(pid)}/cwd`) === realpathSync(folder);
  } catch {
    return false;
  }
}

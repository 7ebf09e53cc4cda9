import { existsSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { infraError } from "@infra/core";
import { engineFile } from "./engine-process.js";

/** Engines that were started by a run that died: they are told to end, and waited for. @throws InfraError when one does not end */
export async function endOrphan(work: string, notes: string[]): Promise<void> {
  const file = join(work, engineFile);
  const pid = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  if (!worksIn(pid, work)) return;
  process.kill(pid, "SIGINT");
  for (let waited = 0; waited < 30_000 && worksIn(pid, work); waited += 50) await sleep(50);
  if (worksIn(pid, work))
    throw infraError(
      `the engine of a run that died still works in ${work} (pid ${String(pid)})`,
      `Wait until it ends, or end it: kill ${String(pid)}`,
    );
  notes.push(`ended the engine that a run had left behind (pid ${String(pid)})`);
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

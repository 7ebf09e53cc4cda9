/*
 * Loaded into a measured process by `--require`, before everything else. It leaves a file with what the process used and how long its
 * calls of the engine took: after each call, because Nx ends its workers by a signal, and at the end.
 */
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Call, Usage } from "./process.js";

const folder = process.env["INFRA_BENCH_PROBE"];

/** Only the children of interest are noted, so that processes which Nx starts stay as they are. */
const engine = process.env["INFRA_ENGINE"];

if (folder) {
  const calls: Call[] = [];
  const file = join(folder, `${basename(process.argv[1] ?? "node")}-${String(process.pid)}.json`);
  const record = () => {
    const usage: Usage = { peakMemory: process.resourceUsage().maxRSS / 1024, calls };
    writeFileSync(file, JSON.stringify(usage));
  };
  const childProcess = require("node:child_process") as { spawn: (...args: readonly unknown[]) => NodeJS.EventEmitter };
  const { spawn } = childProcess;
  childProcess.spawn = (...args) => {
    const begun = performance.now();
    const child = spawn(...args);
    if (args[0] === engine)
      child.once("exit", () => {
        calls.push({ command: String((args[1] as unknown[])[0]), seconds: (performance.now() - begun) / 1000 });
        record();
      });
    return child;
  };
  process.once("exit", record);
}

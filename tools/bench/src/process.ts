import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

/** A program to run, and how. */
export interface Command {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly folder: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** Exit codes that are no failure. @default [0] */
  readonly expected?: readonly number[];
}

const call = z.object({ command: z.string(), seconds: z.number() });
const usage = z.object({ peakMemory: z.number(), calls: z.array(call) });

/** One call of the engine: its first argument, and how long it took. */
export type Call = z.infer<typeof call>;

/** What one Node process used: megabytes at its peak, and its calls of the engine. */
export type Usage = z.infer<typeof usage>;

/** What a command took. */
export interface Taken {
  /** Wall time, from the start to the exit. */
  readonly seconds: number;
  readonly stdout: string;
}

/** What a Node command took, with all the Node processes that it started. */
export interface Observed extends Taken {
  readonly processes: readonly Usage[];
}

/** How much of the output of a failed command is shown, in lines. */
const shownLines = 20;

/** Runs a command to its end. @throws Error with its output when it fails */
export async function take({ program, arguments: args, folder, env, expected = [0] }: Command): Promise<Taken> {
  const begun = performance.now();
  const child = spawn(program, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const output: { stdout: string; stderr: string } = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => (output[name] += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  const seconds = (performance.now() - begun) / 1000;
  if (code !== null && expected.includes(code)) return { seconds, stdout: output.stdout };
  const shown = [program, ...args].join(" ");
  const end = `${output.stdout}\n${output.stderr}`.trim().split("\n").slice(-shownLines).join("\n");
  throw new Error(`${shown} ended with ${String(code)} in ${folder}\n${end}`);
}

/** Runs a Node program and looks into it and into the Node processes that it starts. */
export async function observe(command: Omit<Command, "program">): Promise<Observed> {
  const folder = mkdtempSync(join(tmpdir(), "infra-bench-probe-"));
  const probe = require.resolve("./probe.js");
  const env = { ...command.env, INFRA_BENCH_PROBE: folder, NODE_OPTIONS: `--require=${JSON.stringify(probe)}` };
  try {
    const taken = await take({ ...command, program: process.execPath, env });
    const processes = readdirSync(folder).map((name) =>
      usage.parse(JSON.parse(readFileSync(join(folder, name), "utf8"))),
    );
    return { ...taken, processes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Seconds that were spent in calls of the engine, all added up. */
export function engineSeconds({ processes }: Observed): number {
  return processes.flatMap(({ calls }) => calls).reduce((sum, { seconds }) => sum + seconds, 0);
}

/** The largest of the processes that called the engine, in megabytes. @throws Error when none did */
export function peakMemory({ processes }: Observed): number {
  const engines = processes.filter(({ calls }) => calls.length > 0);
  if (engines.length === 0) throw new Error("no process that called the engine was observed");
  return Math.max(...engines.map((process) => process.peakMemory));
}

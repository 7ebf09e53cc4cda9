import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const END_TIMEOUT_MS = 10_000;
const READY_TIMEOUT_MS = 5_000;
const LAST_LINES = 15;

/** What a program is started with. */
export interface ProgramOptions {
  readonly file: string;
  readonly args: readonly string[];
  /** What it prints goes here. */
  readonly log: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Who runs it. @default - this process's user */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** The signal that asks it to end. @default SIGTERM */
  readonly endSignal?: "SIGTERM" | "SIGINT";
  /** Whether it answers; asked until it does. */
  readonly ready: () => Promise<boolean>;
  /** Milliseconds until it must answer. @default 180000 */
  readonly timeoutMs?: number;
}

/** A program that runs. */
export interface Program {
  readonly pid: number;
  /** Asks it to end, and kills it when it does not. */
  stop(): Promise<void>;
  /** Kills it. */
  kill(): Promise<void>;
  /** Stops its process where it is. */
  pause(): void;
  /** Lets its process continue. */
  resume(): void;
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a program and waits until it answers. @throws Error with the end of what it printed, when it does not */
export async function startProgram({
  file,
  args,
  log,
  env,
  user,
  endSignal = "SIGTERM",
  ready,
  timeoutMs = 180_000,
}: ProgramOptions): Promise<Program> {
  const output = openSync(log, "a");
  const child = spawn(file, args, { stdio: ["ignore", output, output], env: { ...process.env, ...env }, ...user });
  closeSync(output);
  running.add(child);
  const ended = new Promise<void>((resolve) => {
    child.once("error", () => resolve()).once("exit", () => resolve());
  }).then(() => void running.delete(child));
  const end = async (signal: NodeJS.Signals) => {
    child.kill("SIGCONT");
    child.kill(signal);
    const late = setTimeout(() => child.kill("SIGKILL"), END_TIMEOUT_MS);
    await ended;
    clearTimeout(late);
  };
  const deadline = Date.now() + timeoutMs;
  // A program that takes the question and gives no answer is asked again.
  const answers = () => Promise.race([ready().catch(() => false), sleep(READY_TIMEOUT_MS, false, { ref: false })]);
  while (!(await answers())) {
    if (running.has(child) && Date.now() < deadline) {
      await sleep(50);
      continue;
    }
    const state = running.has(child) ? `does not answer after ${String(timeoutMs)} ms` : "ended";
    await end("SIGKILL");
    throw new Error(`${file} ${state}:\n${readFileSync(log, "utf8").split("\n").slice(-LAST_LINES).join("\n")}`);
  }
  return {
    pid: child.pid ?? 0,
    stop: () => end(endSignal),
    kill: () => end("SIGKILL"),
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
  };
}

import { spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import * as engineBinary from "@infra/opentofu";
import { type Context } from "./go.js";

const REPORT_EVERY_MS = 30_000;
const LAST_LINES = 10;

/** A tool that is being made: what its progress lines and its log are called. */
export interface Job {
  /** Name and version: `tofu 1.12.6`. */
  readonly label: string;
  /** What it is made from and how long that takes, for the first line. */
  readonly from: string;
}

/** Reports when a job begins, every half a minute, and when it has succeeded. */
export async function withProgress<T>({ label, from }: Job, { log }: Context, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const elapsed = () => `${String(Math.round((Date.now() - started) / 1000))} s`;
  log(`infra: building ${label} from ${from}`);
  const reports = setInterval(() => log(`infra: building ${label}: ${elapsed()}`), REPORT_EVERY_MS);
  try {
    const made = await work();
    log(`infra: built ${label} in ${elapsed()}`);
    return made;
  } finally {
    clearInterval(reports);
  }
}

/** A program to run. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Variables besides those of the context. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a program with its output in a log, which is removed when it succeeds.
 * @throws Error that ends with the last lines of the log and names its file
 */
export async function runLogged({ program, args, cwd, env: own = {} }: Command, label: string, { env }: Context) {
  const log = path.join(engineBinary.cacheDirectory(env), "logs", `${label.replace(" ", "-")}.log`);
  await fs.mkdir(path.dirname(log), { recursive: true });
  const output = await fs.open(log, "w");
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      const child = spawn(program, args, { cwd, env: { ...env, ...own }, stdio: ["ignore", output.fd, output.fd] });
      child.once("error", reject).once("exit", resolve);
    });
    if (code === 0) return await fs.rm(log);
  } finally {
    await output.close();
  }
  const lines = (await fs.readFile(log, "utf8")).trimEnd().split("\n").slice(-LAST_LINES);
  throw new Error(`${label} could not be built; the whole log is ${log}:\n${lines.join("\n")}`);
}

import { spawn } from "node:child_process";
import { unavailable } from "../failure.js";

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A call of a program of a tier. */
export interface ProgramCall {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** What it reads from its standard input: secrets are handed over here, never as arguments. @default - nothing */
  readonly input?: string;
  /** In milliseconds. */
  readonly timeout: number;
  readonly folder?: string;
}

/** Runs a program and keeps what it prints in memory. @throws SecretFailure when it is not installed, or takes too long */
export function callProgram(call: ProgramCall): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const { command, env, folder, timeout } = call;
    const child = spawn(command, call.arguments, {
      env,
      ...(folder === undefined ? {} : { cwd: folder }),
      stdio: ["pipe", "pipe", "pipe"],
    });
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, timeout);
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.once("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const reason = error.code === "ENOENT" ? `${command} is not installed` : `${command} can't be started`;
      reject(unavailable(reason, `Install ${command}, and put it on PATH`));
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      if (timedOut) reject(unavailable(`${command} took longer than ${String(timeout / 1000)} s`));
      else resolve({ code: code ?? 1, stdout: textOf(stdout), stderr: textOf(stderr) });
    });
    // A program that ends without reading is judged by its exit code.
    child.stdin.on("error", () => undefined);
    child.stdin.end(call.input ?? "");
  });
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8");
}

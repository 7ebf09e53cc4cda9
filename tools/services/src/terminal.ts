import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

const TIMEOUT_MS = 120_000;

/** Whether there is no program that makes terminals. */
export const withoutTerminal = spawnSync("script", ["--version"]).status !== 0;

/** What a terminal is opened with. */
export interface TerminalOptions {
  readonly cwd: string;
  /** Variables besides PATH, HOME and TERM. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A program on a terminal of its own. */
export class Terminal {
  /** What was shown until now. */
  shown = "";
  /** Whether the program ended. */
  ended = false;
  /** Its exit code, when it has ended. */
  readonly code: Promise<number | null>;
  private readonly child: ChildProcessWithoutNullStreams;

  /** @param line What the shell is told to run */
  constructor(line: string, { cwd, env }: TerminalOptions) {
    const { PATH = "", HOME = "" } = process.env;
    const own = { PATH, HOME, TERM: "xterm", ...env };
    this.child = spawn("script", ["-qfec", line, "/dev/null"], { cwd, env: own });
    this.child.stdout.on("data", (chunk: Buffer) => (this.shown += chunk.toString()));
    this.code = new Promise((resolve) => {
      this.child.on("close", (code) => {
        this.ended = true;
        resolve(code);
      });
    });
  }

  /** Presses keys. */
  type(text: string): void {
    this.child.stdin.write(text);
  }

  /** Waits until a text is shown. @throws Error with all that was shown, when the program ends without it, or after two minutes */
  async sees(text: string): Promise<void> {
    const deadline = performance.now() + TIMEOUT_MS;
    while (!this.shown.includes(text)) {
      if (this.ended || performance.now() > deadline)
        throw new Error(`the terminal does not show ${JSON.stringify(text)}:\n${this.shown}`);
      await sleep(5);
    }
  }
}

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { expect } from "vitest";
import { command, type Product, until } from "./product.js";

/** Whether there is no program that makes terminals. */
export const withoutTerminal = spawnSync("script", ["--version"]).status !== 0;

/** The command on a terminal of its own. */
export class Terminal {
  shown = "";
  ended = false;
  readonly code: Promise<number | null>;
  private readonly child: ChildProcessWithoutNullStreams;

  constructor(product: Product, line: string, env: Record<string, string> = {}) {
    const { PATH = "", HOME = "" } = process.env;
    const own = { PATH, HOME, TERM: "xterm", INFRA_ENGINE: product.engine, ...product.env, ...env };
    const infra = `${process.execPath} ${command} ${line}`;
    this.child = spawn("script", ["-qfec", infra, "/dev/null"], { cwd: product.root, env: own });
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

  /** Waits until a text is shown. */
  async sees(text: string): Promise<void> {
    await until(`the terminal shows ${text}`, () => this.shown.includes(text) || this.ended);
    expect(this.shown).toContain(text);
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EngineEvent, type EngineMark, parseEvent, parseMark } from "./engine-events.js";

/** One call of the engine. */
export interface EngineCall {
  /** Path of the binary. */
  readonly binary: string;
  readonly arguments: readonly string[];
  /** Working folder. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Aborting it interrupts the engine once: it saves what it has and ends. Aborting is not killing. */
  readonly signal?: AbortSignal;
  /** Aborting it ends the waiting: the engine, which was interrupted before, ends by itself. @default - it is waited for */
  readonly abandon?: AbortSignal;
  /** Called for each line of `-json` output. @default - the output is only collected */
  readonly onEvent?: (event: EngineEvent) => void;
  /** Called for each line of `-json` output that says when something was, also for lines that are no event. @default - nothing is measured */
  readonly onMark?: (mark: EngineMark) => void;
}

/** How a call ended. */
export interface EngineExit {
  /** Exit code; 128 and more when a signal ended it. */
  readonly code: number;
  /** What it printed; empty when it was read line by line. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Several calls may be under way in one folder. */
let calls = 0;

/** How often the output file of a running engine is read, in milliseconds. */
const pollInterval = 25;

/**
 * Runs the engine. Its output goes to a file, not to a pipe: if this process is killed, the engine does not die of a broken
 * pipe in the middle of a change; it finds its backend gone, keeps its state in `errored.tfstate`, and ends. The file has no
 * name, so that what was printed is gone with its last user, however that ends.
 */
export async function callEngine(call: EngineCall): Promise<EngineExit> {
  const base = join(call.folder, `engine-${String(process.pid)}-${String(++calls)}`);
  const descriptors: number[] = [];
  const openUnnamed = (file: string) => {
    const descriptor = openSync(file, "w+", 0o600);
    descriptors.push(descriptor);
    rmSync(file);
    return descriptor;
  };
  try {
    const [stdout, stderr] = [openUnnamed(`${base}.out`), openUnnamed(`${base}.err`)];
    const tail = call.onEvent && new Tail(stdout, call.onEvent, call.onMark);
    const code = await new RunningEngine(call, [stdout, stderr], tail).end();
    tail?.read();
    return { code, stdout: tail ? "" : readWhole(stdout), stderr: readWhole(stderr) };
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

/** Reads by position: the engine, which shares the descriptor, has moved its own to the end. */
function readWhole(descriptor: number): string {
  const bytes = Buffer.alloc(fstatSync(descriptor).size);
  let length = 0;
  for (let count = -1; count !== 0 && length < bytes.length; length += count)
    count = readSync(descriptor, bytes, length, bytes.length - length, length);
  return bytes.toString("utf8", 0, length);
}

/** The file in a working folder that names the engine process that was last started there. */
export const engineFile = "engine.pid";

/** Stands behind the process in {@link engineFile} when the engine was told to end. */
export const interruptedMark = "interrupted";

/** An engine at work. */
class RunningEngine {
  private readonly child: ChildProcess;
  private interrupted = false;
  private failure: Error | undefined;

  constructor(
    private readonly call: EngineCall,
    stdio: readonly [stdout: number, stderr: number],
    private readonly tail: Tail | undefined,
  ) {
    // A group of its own: a Ctrl-C of the terminal reaches this process, which passes it on once.
    const { folder: cwd, env } = call;
    this.child = spawn(call.binary, call.arguments, { cwd, env, stdio: ["ignore", ...stdio], detached: true });
  }

  /** Follows it until it ends. @returns its exit code */
  async end(): Promise<number> {
    const { signal, abandon } = this.call;
    const over = new AbortController();
    const ended = new Promise<number>((resolve, reject) => {
      this.child.once("error", reject).once("exit", (code, by) => resolve(code ?? (by ? 130 : 1)));
      whenAborted(abandon, over.signal, () => {
        this.child.unref();
        resolve(130);
      });
    });
    const poll = this.tail && setInterval(() => this.read(), pollInterval);
    this.note("");
    whenAborted(signal, over.signal, () => this.interrupt());
    try {
      const code = await ended;
      if (this.failure) throw this.failure;
      return code;
    } finally {
      clearInterval(poll);
      over.abort();
    }
  }

  /** What is thrown in a timer would end this process, and leave the engine behind. */
  private read(): void {
    try {
      if (!this.failure) this.tail?.read();
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
      this.interrupt();
    }
  }

  private interrupt(): void {
    if (this.interrupted) return;
    this.interrupted = true;
    this.child.kill("SIGINT");
    this.note(` ${interruptedMark}`);
  }

  /** Names the engine for the next run, should this one die. One that can't be named works on, and is waited for. */
  private note(more: string): void {
    const { pid } = this.child;
    try {
      if (pid !== undefined) writeFileSync(join(this.call.folder, engineFile), `${String(pid)}${more}`);
    } catch {
      // The disk is full: the engine will say so too.
    }
  }
}

function whenAborted(signal: AbortSignal | undefined, until: AbortSignal, action: () => void): void {
  if (signal?.aborted) action();
  else signal?.addEventListener("abort", action, { signal: until });
}

/** Reads whole lines of a file that grows. */
class Tail {
  private readonly buffer = Buffer.alloc(64 * 1024);
  private rest = "";
  private position = 0;

  constructor(
    private readonly descriptor: number,
    private readonly onEvent: (event: EngineEvent) => void,
    private readonly onMark: EngineCall["onMark"],
  ) {}

  read(): void {
    for (;;) {
      const count = readSync(this.descriptor, this.buffer, 0, this.buffer.length, this.position);
      if (count === 0) return;
      this.position += count;
      const lines = (this.rest + this.buffer.toString("latin1", 0, count)).split("\n");
      this.rest = lines.pop() ?? "";
      for (const line of lines) this.emit(line);
    }
  }

  /** Bytes are kept one per character until a line is whole, so that no letter is cut in two. */
  private emit(line: string): void {
    const text = Buffer.from(line, "latin1").toString("utf8");
    const mark = this.onMark && parseMark(text);
    if (mark) this.onMark?.(mark);
    const event = parseEvent(text);
    if (event) this.onEvent(event);
  }
}

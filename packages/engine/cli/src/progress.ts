import { clearScreenDown, cursorTo, moveCursor } from "node:readline";
import type { DeploymentResult, ResourceProgress } from "@infra/results";

/** How often what a terminal shows is drawn again, in milliseconds. */
const REDRAW_MS = 100;
/** After how long without a line a deployment says that it is still worked on, in milliseconds. */
const HEARTBEAT_MS = 30_000;

/** Says what a run is doing, on the error output: lines that change on a terminal, lines that stay elsewhere. */
export interface Progress {
  /** The run begins. @param ids Its deployments */
  begin(ids: readonly string[]): void;
  start(id: string): void;
  /** Resources of a deployment were changed. */
  resources(progress: ResourceProgress): void;
  end(result: Pick<DeploymentResult, "id" | "status" | "seconds">): void;
  /** Hides itself while something else is on the terminal. */
  pause<T>(action: () => Promise<T>): Promise<T>;
  /** Writes a line of something else. */
  say(line: string): void;
  stop(): void;
}

/**
 * The progress of a run: on a terminal it is alive; in CI and in pipes each deployment has a line when it ends and, if it takes long, before
 * that.
 *
 * @param verb What is done
 * @param quiet Nothing but what changes on a terminal. @default false
 */
export function progressOf(verb: string, stream: NodeJS.WriteStream, quiet = false): Progress {
  const alive = stream.isTTY && !process.env["CI"] && process.env["TERM"] !== "dumb";
  if (alive) return new LiveProgress(verb, stream);
  return new LineProgress(verb, quiet || verb === "synth" || verb === "output" ? undefined : stream);
}

interface Running {
  readonly since: number;
  resources?: ResourceProgress;
}

/** A line per deployment that is worked on, below one for the run; gone when it stops. */
export class LiveProgress implements Progress {
  private readonly running = new Map<string, Running>();
  private readonly begun = performance.now();
  private total = 0;
  private done = 0;
  private failed = 0;
  private drawn = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly verb: string,
    private readonly stream: NodeJS.WriteStream,
  ) {
    this.resume();
  }

  begin(ids: readonly string[]): void {
    this.total = ids.length;
  }

  start(id: string): void {
    this.running.set(id, { since: performance.now() });
  }

  resources(progress: ResourceProgress): void {
    const running = this.running.get(progress.id);
    if (running) running.resources = progress;
  }

  end({ id, status }: Pick<DeploymentResult, "id" | "status">): void {
    this.running.delete(id);
    this.done += 1;
    if (status === "failed") this.failed += 1;
  }

  async pause<T>(action: () => Promise<T>): Promise<T> {
    const paused = this.timer !== undefined;
    this.stop();
    try {
      return await action();
    } finally {
      if (paused) this.resume();
    }
  }

  say(line: string): void {
    this.clear();
    this.stream.write(`${line}\n`);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.clear();
  }

  private resume(): void {
    this.timer = setInterval(() => {
      this.draw();
    }, REDRAW_MS).unref();
  }

  private clear(): void {
    if (this.drawn === 0) return;
    cursorTo(this.stream, 0);
    if (this.drawn > 1) moveCursor(this.stream, 0, 1 - this.drawn);
    clearScreenDown(this.stream);
    this.drawn = 0;
  }

  private draw(): void {
    const { columns, rows } = this.stream;
    // A terminal without a size says 0.
    const room = Math.max(1, (rows || 24) - 2);
    const lines = this.lines(room).map((line) => line.slice(0, (columns || 80) - 1));
    this.clear();
    this.stream.write(lines.join("\n"));
    this.drawn = lines.length;
  }

  private lines(room: number): string[] {
    const now = performance.now();
    const failed = this.failed > 0 ? `, ${String(this.failed)} failed` : "";
    const all = [...this.running].map(
      ([id, { since, resources }]) =>
        `  ${id}  ${elapsed(now - since)}${resources ? `  ${resourcesText(resources)}` : ""}`,
    );
    const hidden = all.length - room;
    const shown = hidden > 0 ? [...all.slice(0, room - 1), `  and ${String(hidden + 1)} more`] : all;
    const state = this.total === 0 ? "starts" : `${String(this.done)} of ${String(this.total)} done${failed}`;
    return [`${this.verb}: ${state}, ${elapsed(now - this.begun)}`, ...shown];
  }
}

/** A line when a deployment ends, and now and then while it takes long. */
export class LineProgress implements Progress {
  private readonly running = new Map<string, Running & { heartbeat: NodeJS.Timeout }>();

  /** @param stream Where to; undefined: nowhere */
  constructor(
    private readonly verb: string,
    private readonly stream: Pick<NodeJS.WriteStream, "write"> | undefined,
  ) {}

  begin(): void {
    // Each deployment says when it starts.
  }

  start(id: string): void {
    const heartbeat = setInterval(() => {
      this.beat(id);
    }, HEARTBEAT_MS).unref();
    this.running.set(id, { since: performance.now(), heartbeat });
  }

  resources(progress: ResourceProgress): void {
    const running = this.running.get(progress.id);
    if (running) running.resources = progress;
  }

  end({ id, status, seconds }: Pick<DeploymentResult, "id" | "status" | "seconds">): void {
    const running = this.running.get(id);
    clearInterval(running?.heartbeat);
    this.running.delete(id);
    if (!running) return this.write(`${id}: not started`);
    const resources = running.resources ? `, ${resourcesText(running.resources)}` : "";
    this.write(`${id}: ${this.verb} ended after ${elapsed(seconds * 1000)}: ${status}${resources}`);
  }

  pause<T>(action: () => Promise<T>): Promise<T> {
    return action();
  }

  say(line: string): void {
    process.stderr.write(`${line}\n`);
  }

  stop(): void {
    for (const { heartbeat } of this.running.values()) clearInterval(heartbeat);
    this.running.clear();
  }

  private beat(id: string): void {
    const { since = 0, resources } = this.running.get(id) ?? {};
    const count = resources ? `, ${resourcesText(resources)}` : "";
    this.write(`${id}: ${this.verb} still at work after ${elapsed(performance.now() - since)}${count}`);
  }

  private write(line: string): void {
    this.stream?.write(`${line}\n`);
  }
}

function resourcesText({ done, total }: ResourceProgress): string {
  return `${String(done)} of ${String(total)} ${total === 1 ? "resource" : "resources"}`;
}

/** `7s`, `12m 05s`, `1h 02m`. */
function elapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (value: number) => String(value % 60).padStart(2, "0");
  if (seconds < 60) return `${String(seconds)}s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${String(minutes)}m ${two(seconds)}s`
    : `${String(Math.floor(minutes / 60))}h ${two(minutes)}m`;
}

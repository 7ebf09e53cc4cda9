import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LineProgress, LiveProgress, progressOf } from "./progress.js";

const escape = String.fromCharCode(27);
let shown: string;

/** A terminal, or a pipe. */
const streamOf = (isTTY: boolean, columns = 60, rows = 6): NodeJS.WriteStream => {
  const stream = new PassThrough();
  stream.on("data", (chunk: Buffer) => (shown += chunk.toString()));
  return Object.assign(stream, { isTTY, columns, rows }) as unknown as NodeJS.WriteStream;
};

/** What a terminal shows in the end: everything before the last "clear what is below" is gone. */
const visible = (): string[] =>
  shown
    .slice(shown.lastIndexOf(`${escape}[0J`))
    .replace(`${escape}[0J`, "")
    .split("\n");

beforeEach(() => {
  shown = "";
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

it("changes its lines on a terminal, and writes lines that stay in CI, in pipes and on dumb terminals", () => {
  vi.stubEnv("CI", "");
  vi.stubEnv("TERM", "xterm");
  const terminal = progressOf("apply", streamOf(true));
  expect(terminal).toBeInstanceOf(LiveProgress);
  terminal.stop();
  expect(progressOf("apply", streamOf(false))).toBeInstanceOf(LineProgress);
  vi.stubEnv("TERM", "dumb");
  expect(progressOf("apply", streamOf(true))).toBeInstanceOf(LineProgress);
  vi.stubEnv("TERM", "xterm");
  vi.stubEnv("CI", "true");
  expect(progressOf("apply", streamOf(true))).toBeInstanceOf(LineProgress);
});

it("shows for each deployment how long it takes and how many resources are done", () => {
  const progress = new LiveProgress("apply", streamOf(true));
  progress.begin(["production/a", "production/b", "production/c"]);
  progress.start("production/a");
  progress.start("production/b");
  vi.advanceTimersByTime(5_000);
  progress.resources({ id: "production/a", done: 2, total: 5 });
  progress.end({ id: "production/b", status: "failed" });
  vi.advanceTimersByTime(60_000);
  expect(visible()).toEqual(["apply: 1 of 3 done, 1 failed, 1m 05s", "  production/a  1m 05s  2 of 5 resources"]);
  progress.stop();
});

it("fits the terminal: no line is wrapped, and no more lines than there is room for", () => {
  const progress = new LiveProgress("apply", streamOf(true, 40, 6));
  const ids = Array.from({ length: 9 }, (_, index) => `production/a-rather-long-name-of-a-deployment-${String(index)}`);
  progress.begin(ids);
  for (const id of ids) progress.start(id);
  vi.advanceTimersByTime(200);
  expect(visible()).toHaveLength(5);
  expect(visible().at(-1)).toBe("  and 6 more");
  for (const line of visible()) expect(line.length).toBeLessThan(40);
  progress.stop();
});

it("leaves nothing behind, and makes room for questions and for other lines", async () => {
  const progress = new LiveProgress("apply", streamOf(true));
  progress.begin(["production/a"]);
  progress.start("production/a");
  vi.advanceTimersByTime(200);
  await progress.pause(() => {
    expect(visible()).toEqual([""]);
    vi.advanceTimersByTime(10_000);
    expect(visible()).toEqual([""]);
    return Promise.resolve();
  });
  vi.advanceTimersByTime(200);
  expect(visible()[0]).toMatch(/^apply: 0 of 1 done/);
  progress.say("interrupted");
  expect(visible()).toEqual(["interrupted", ""]);
  vi.advanceTimersByTime(200);
  progress.stop();
  expect(visible()).toEqual([""]);
  vi.advanceTimersByTime(10_000);
  expect(visible()).toEqual([""]);
});

it("writes a line now and then for what takes long, and none for what ended or was stopped", () => {
  const progress = new LineProgress("apply", streamOf(false));
  progress.start("production/a");
  progress.start("production/b");
  progress.resources({ id: "production/a", done: 1, total: 3 });
  progress.end({ id: "production/b", status: "unchanged", seconds: 2.4 });
  vi.advanceTimersByTime(61_000);
  progress.stop();
  vi.advanceTimersByTime(600_000);
  expect(shown.trim().split("\n")).toEqual([
    "production/b: apply ended after 2s: unchanged",
    "production/a: apply still at work after 30s, 1 of 3 resources",
    "production/a: apply still at work after 1m 00s, 1 of 3 resources",
  ]);
});

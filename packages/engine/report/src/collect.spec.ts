import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deployment, richReport } from "../../test/report-run.js";
import { collect, dropResults } from "./collect.js";
import { makeReport } from "./make.js";
import { resultsFolder } from "@infra/results";
import { storeResult } from "../../results/src/stored.js";

let root: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "infra-report-"));
  folder = resultsFolder(root);
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const time = (minute: number) => `2026-11-21T15:${String(minute).padStart(2, "0")}:00.000Z`;

/** Stores a result. */
function store(
  id: string,
  run: string,
  minute: number,
  more: Partial<Parameters<typeof storeResult>[1]> = {},
  where = folder,
): Promise<void> {
  const { origin, ...result } = deployment(id, { status: "changed" });
  return storeResult(where, {
    ...{
      run,
      verb: "plan",
      time: time(minute),
      offline: false,
      result,
      origin: origin ?? { references: [], files: [], package: "" },
    },
    ...more,
  });
}

function write(path: string, text: string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const ids = (from = folder, env: NodeJS.ProcessEnv = {}) =>
  collect(from, "plan", env)
    .report.results.map(({ id }) => id)
    .sort();

describe("the results that a report is made from", () => {
  it("are those of the run that ended last, whichever processes it had", async () => {
    await store("a/old", "first", 1);
    await store("a/b", "second", 2);
    await store("a/c", "second", 3, { commit: "0123456" });
    expect(ids()).toEqual(["a/b", "a/c"]);
    const { report, others } = collect(folder, "plan", {});
    expect(others).toBe(1);
    expect(report).toMatchObject({ commit: "0123456", time: time(3), offline: false, exitCode: 2 });
  });

  it("are those of the run that is named, and none when it has none", async () => {
    await store("a/b", "github-17", 1);
    await store("a/c", "later", 2);
    expect(ids(folder, { GITHUB_RUN_ID: "17" })).toEqual(["a/b"]);
    expect(ids(folder, { INFRA_RUN: "later", GITHUB_RUN_ID: "17" })).toEqual(["a/c"]);
    expect(ids(folder, { CI_PIPELINE_ID: "17" })).toEqual([]);
  });

  it("are of one verb, the newest of each deployment", async () => {
    await store("a/b", "run", 1);
    await store("a/b", "run", 3, { offline: true });
    await store("a/b", "run", 4, { verb: "drift" });
    const { report } = collect(folder, "plan", {});
    expect(report).toMatchObject({ time: time(3), offline: true });
    expect(report.results).toHaveLength(1);
  });

  it("are found in the artifacts of several jobs side by side, beside other JSON", async () => {
    const downloaded = join(root, "downloaded");
    await store("a/b", "github-17", 1, {}, join(downloaded, "results-1"));
    await store("a/c", "github-17", 2, {}, join(downloaded, "results-2", ".infra"));
    write("downloaded/results-1/policy.json", "[]");
    expect(ids(downloaded)).toEqual(["a/b", "a/c"]);
  });

  it("may be the JSON of a run, or a report as JSON", () => {
    const { exitCode, ...report } = richReport();
    const file = write("run.json", JSON.stringify(report));
    expect(collect(file, "plan", {}).report).toMatchObject({ exitCode, commit: report.commit, verb: "plan" });
    expect(ids(file)).toHaveLength(9);
  });

  it("are never those of another verb", async () => {
    const run = write("run.json", JSON.stringify({ ...richReport(), verb: "drift" }));
    await store("a/b", "run", 1, { verb: "drift" });
    for (const file of [run, join(folder, "drift/a/b.json")]) {
      expect(() => collect(file, "plan", {})).toThrow(/holds results of infra drift, not of infra plan/);
      expect(collect(file, "drift", {}).report.verb).toBe("drift");
    }
  });

  it("are none when nothing was run, and after they were dropped", async () => {
    expect(ids()).toEqual([]);
    await store("a/b", "run", 1);
    dropResults(root);
    expect(ids()).toEqual([]);
  });

  it.each([
    ["no JSON", "{", /can't be read as JSON/],
    [
      "of another version",
      JSON.stringify({ format: "infra-result", version: 2 }),
      /this version can't read: .*version/,
    ],
  ])("are refused when one is %s", (_, text, message) => {
    write(".infra/results/plan/a/b.json", text);
    expect(() => collect(folder, "plan", {})).toThrow(message);
  });

  it("are refused when a file is not what it should be, or what is named is not there", async () => {
    expect(() => collect(write("run.json", "{}"), "plan", {})).toThrow(/is not the result of a run/);
    const missing = makeReport({ root, verb: "plan", from: join(root, "nowhere"), env: {} });
    await expect(missing).rejects.toThrow(/nowhere does not exist/);
  });

  it("have the secrets of this environment hidden once more", async () => {
    const canary = "canary-of-a-token";
    const { origin, ...result } = deployment("a/b", { text: canary, notes: [`uses ${canary}`] });
    await store("a/b", "run", 1, { result, ...(origin ? { origin } : {}) });
    const { report } = await makeReport({ root, verb: "plan", env: { HCLOUD_TOKEN: canary } });
    expect(JSON.stringify(report)).not.toContain(canary);
    expect(report.results[0]?.notes).toEqual(["uses ***"]);
  });
});

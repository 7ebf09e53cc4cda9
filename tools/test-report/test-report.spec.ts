import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const script = path.join(__dirname, "test-report.mjs");
let folder: string;

beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), "test-report-spec-"))));
afterEach(() => rmSync(folder, { recursive: true }));

/** @returns the exit code and the last line */
function report(...args: string[]): [number | null, string | undefined] {
  const { status, stdout } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
  return [status, stdout.trimEnd().split("\n").at(-1)];
}

/** A program that writes this report where vitest would, and exits with this code. */
function fakeVitest(testResults: unknown, code = 0): string {
  const file = path.join(folder, "vitest");
  const json = JSON.stringify({ testResults });
  writeFileSync(
    file,
    `#!/bin/sh\nfor a; do out=\${a#--outputFile.json=}; done\necho '${json}' >"$out"\nexit ${String(code)}\n`,
  );
  chmodSync(file, 0o755);
  return file;
}

const fileOf = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((test) => ({ status: test })),
});

describe("test-report", () => {
  test("counts the passed, failed and skipped tests of all runners", () => {
    const vitest = fakeVitest(
      [fileOf("passed", "passed", "passed", "skipped"), fileOf("failed", "failed", "passed")],
      1,
    );
    expect(report("--vitest", vitest, "--vitest", vitest)).toEqual([1, "6 passed, 2 failed, 2 skipped"]);
  });

  test("succeeds when every test passed", () => {
    const vitest = fakeVitest([fileOf("passed", "passed")]);
    expect(report("--check", "true", "--vitest", vitest)).toEqual([0, "1 passed, 0 failed"]);
  });

  test("counts a failed check as a failed test and goes on", () => {
    const vitest = fakeVitest([fileOf("passed", "passed")]);
    expect(report("--check", "false", "--vitest", vitest)).toEqual([1, "1 passed, 1 failed"]);
  });

  test("counts a failed set-up as a failed test and stops", () => {
    const vitest = fakeVitest([fileOf("passed", "passed")]);
    expect(report("--setup", "false", "--vitest", vitest)).toEqual([1, "0 passed, 1 failed"]);
  });

  test("counts a file that can't be loaded as a failed test", () => {
    const vitest = fakeVitest([fileOf("failed"), fileOf("passed", "passed")], 1);
    expect(report("--vitest", vitest)).toEqual([1, "1 passed, 1 failed"]);
  });

  test("counts an error outside the tests as a failed test", () => {
    expect(report("--vitest", fakeVitest([fileOf("passed", "passed")], 1))).toEqual([1, "1 passed, 1 failed"]);
  });

  test("counts a crash of the runner as a failed test", () => {
    expect(report("--vitest", "kill -9 $$ #")).toEqual([1, "0 passed, 1 failed"]);
  });

  test("fails when no test ran", () => {
    expect(report("--vitest", fakeVitest([]))).toEqual([1, "0 passed, 0 failed"]);
  });
});

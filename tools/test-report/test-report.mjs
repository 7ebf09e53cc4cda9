import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Runs shell commands in order and ends with one line: `N passed, N failed`, and `, N skipped` when any.
 *
 *   --setup <command>    the rest needs it: a failure counts as one failed test and ends the run
 *   --check <command>    a failure counts as one failed test
 *   --vitest <command>   its tests are counted; so are files that can't be loaded, and a crash
 *
 * The exit code is 1 when something failed or no test ran. It has no dependency and is not compiled, so that it can
 * report a failed installation and a failed build.
 */
function main(args) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const [kind, command] of stepsOf(args)) {
    const counted = kind === "--vitest" ? runVitest(command) : runCheck(command);
    for (const key of Object.keys(total)) total[key] += counted[key];
    if (kind === "--setup" && counted.failed > 0) break;
  }
  const { passed, failed, skipped } = total;
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

function stepsOf(args) {
  const steps = [];
  for (let index = 0; index < args.length; index += 2) {
    const [kind, command] = args.slice(index, index + 2);
    if (!["--setup", "--check", "--vitest"].includes(kind) || !command)
      throw new Error(`${kind} is not --setup, --check or --vitest with a command.`);
    steps.push([kind, command]);
  }
  return steps;
}

function runCheck(command) {
  return { passed: 0, failed: run(command) ? 0 : 1, skipped: 0 };
}

function runVitest(command) {
  const folder = mkdtempSync(join(tmpdir(), "test-report-"));
  try {
    const file = join(folder, "vitest.json");
    const succeeded = run(`${command} --reporter=default --reporter=json --outputFile.json='${file}'`);
    const counted = existsSync(file) ? count(JSON.parse(readFileSync(file, "utf8"))) : none();
    // Errors outside any test, and a run that broke off.
    if (!succeeded && counted.failed === 0) counted.failed = 1;
    return counted;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Counts the tests of a vitest (or jest) JSON report; a failed file without a failed test counts as one. */
function count({ testResults }) {
  const counted = none();
  for (const { status, assertionResults } of testResults) {
    const failed = assertionResults.filter((test) => test.status === "failed").length;
    const passed = assertionResults.filter((test) => test.status === "passed").length;
    counted.failed += status === "failed" ? Math.max(1, failed) : failed;
    counted.passed += passed;
    counted.skipped += assertionResults.length - passed - failed;
  }
  return counted;
}

function none() {
  return { passed: 0, failed: 0, skipped: 0 };
}

/** @returns whether the command ran and succeeded */
function run(command) {
  return spawnSync(command, { shell: true, stdio: ["ignore", "inherit", "inherit"] }).status === 0;
}

process.exitCode = main(process.argv.slice(2));

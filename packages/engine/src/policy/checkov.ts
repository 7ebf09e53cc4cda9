import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { infraError, parseJson } from "@infra/core/inventory";
import { z } from "zod";
import { checkovChecks } from "./checkov-checks.js";

const report = z.object({
  check_type: z.string(),
  results: z.object({
    failed_checks: z.array(z.object({ check_id: z.string(), file_path: z.string(), resource: z.string() })),
    parsing_errors: z.array(z.string()).default([]),
  }),
});

/** What Checkov prints where there is nothing to check. */
const emptyReport = z.object({ passed: z.literal(0), failed: z.literal(0) });

/** A check of Checkov that a resource fails. */
export interface CheckovFailure {
  readonly id: string;
  readonly address: string;
}

/**
 * Runs the chosen checks of Checkov over plans. One run takes all of them: it needs seconds to start. Checkov asks nothing of any
 * server.
 *
 * @param program Path of Checkov.
 * @param plans What `tofu show -json` prints, parsed.
 * @param parent Folder for what it reads; it is gone afterwards. @default - the one for temporary files
 * @returns the failures of each plan, in the same order
 * @throws Error when Checkov fails, or cannot read a plan
 */
export async function runCheckov(
  program: string,
  plans: readonly unknown[],
  parent = tmpdir(),
): Promise<CheckovFailure[][]> {
  const folder = mkdtempSync(join(parent, "policy-"));
  try {
    for (const [index, plan] of plans.entries()) writeFileSync(join(folder, nameOf(index)), JSON.stringify(plan));
    const ids = checkovChecks.flatMap((each) => each.ids).join(",");
    const chosen = ["--directory", folder, "--framework", "terraform_plan", "--check", ids];
    const quiet = ["--output", "json", "--compact", "--quiet", "--soft-fail", "--skip-download"];
    const { stdout } = await promisify(execFile)(program, [...chosen, ...quiet], {
      env: { ...process.env, LOG_LEVEL: "ERROR" },
      cwd: folder,
      maxBuffer: 1e9,
    });
    const failures = failuresIn(parseJson(stdout));
    return plans.map((_, index) =>
      failures.filter(({ file }) => file === nameOf(index)).map(({ id, address }) => ({ id, address })),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function nameOf(index: number): string {
  return `${String(index)}.json`;
}

function failuresIn(output: unknown): (CheckovFailure & { readonly file: string })[] {
  if (emptyReport.safeParse(output).success) return [];
  const parsed = report.safeParse(output);
  if (!parsed.success) throw infraError("Checkov printed no report in JSON", "Install a version of Checkov 3");
  const { failed_checks, parsing_errors } = parsed.data.results;
  if (parsing_errors.length > 0) throw infraError(`Checkov cannot read ${parsing_errors.join(", ")}`, "Update Checkov");
  return failed_checks.map(({ check_id, file_path, resource }) => ({
    id: check_id,
    file: basename(file_path),
    address: resource,
  }));
}

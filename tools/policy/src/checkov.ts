import { ensureTool } from "@infra/toolchain";
import { execa } from "execa";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
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
 * @param plans What `tofu show -json` prints, parsed.
 * @returns the failures of each plan, in the same order
 * @throws Error when Checkov cannot be had, or cannot read a plan
 */
export async function runCheckov(plans: readonly unknown[]): Promise<CheckovFailure[][]> {
  const program = await ensureTool("checkov");
  const folder = mkdtempSync(join(tmpdir(), "policy-"));
  try {
    for (const [index, plan] of plans.entries()) writeFileSync(join(folder, nameOf(index)), JSON.stringify(plan));
    const ids = checkovChecks.flatMap((each) => each.ids).join(",");
    const chosen = ["--directory", folder, "--framework", "terraform_plan", "--check", ids];
    const quiet = ["--output", "json", "--compact", "--quiet", "--soft-fail", "--skip-download"];
    const { stdout } = await execa(program, [...chosen, ...quiet], { env: { LOG_LEVEL: "ERROR" }, cwd: folder });
    const failures = failuresIn(JSON.parse(stdout));
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
  const { failed_checks, parsing_errors } = report.parse(output).results;
  if (parsing_errors.length > 0) throw new Error(`Checkov cannot read ${parsing_errors.join(", ")}.`);
  return failed_checks.map(({ check_id, file_path, resource }) => ({
    id: check_id,
    file: basename(file_path),
    address: resource,
  }));
}

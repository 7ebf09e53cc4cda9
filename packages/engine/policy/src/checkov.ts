import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { infraError, parseJson } from "@infra/inventory";
import { z } from "zod";
import { toolEnvironment } from "@infra/io";
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

/** How Checkov is run. */
export interface CheckovOptions {
  /** Folder for what it reads; it is gone afterwards. @default - the one for temporary files */
  readonly scratch?: string | undefined;
  /** It gets no credentials from this. @default - that of the process */
  readonly env?: Readonly<NodeJS.ProcessEnv> | undefined;
  /** Aborting it ends it. */
  readonly signal?: AbortSignal | undefined;
  /** In milliseconds. @default 600000 */
  readonly timeout?: number;
}

/**
 * Runs the chosen checks of Checkov over plans. One run takes all of them: it needs seconds to start. Checkov asks nothing of any
 * server.
 *
 * @param program Path of Checkov.
 * @param plans What `tofu show -json` prints, parsed.
 * @returns the failures of each plan, in the same order
 * @throws InfraError when it is interrupted, or takes too long; Error when it fails, or cannot read a plan
 */
export async function runCheckov(
  program: string,
  plans: readonly unknown[],
  options: CheckovOptions = {},
): Promise<CheckovFailure[][]> {
  const folder = mkdtempSync(join(options.scratch ?? tmpdir(), "policy-"));
  try {
    for (const [index, plan] of plans.entries()) writeFileSync(join(folder, nameOf(index)), JSON.stringify(plan));
    const failures = failuresIn(parseJson(await outputOf(program, folder, options)));
    return plans.map((_, index) =>
      failures.filter(({ file }) => file === nameOf(index)).map(({ id, address }) => ({ id, address })),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What it prints of the plans in a folder. */
async function outputOf(
  program: string,
  folder: string,
  { env = process.env, signal, timeout = 600_000 }: CheckovOptions,
): Promise<string> {
  const ids = checkovChecks.flatMap((each) => each.ids).join(",");
  const chosen = ["--directory", folder, "--framework", "terraform_plan", "--check", ids];
  const quiet = ["--output", "json", "--compact", "--quiet", "--soft-fail", "--skip-download"];
  const limits = { maxBuffer: 1e9, timeout, ...(signal && { signal }) };
  try {
    const surroundings = { env: { ...toolEnvironment(env), LOG_LEVEL: "ERROR" }, cwd: folder };
    return (await promisify(execFile)(program, [...chosen, ...quiet], { ...surroundings, ...limits })).stdout;
  } catch (error) {
    if (signal?.aborted) throw infraError("the run was interrupted while Checkov looked at the plan", "Run it again");
    if ((error as { killed?: boolean }).killed !== true) throw error;
    const seconds = String(timeout / 1000);
    throw infraError(`Checkov took longer than ${seconds} s`, "Try it by hand, or run without it on PATH");
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

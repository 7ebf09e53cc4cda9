import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { infraError } from "@infra/core";
import { z } from "zod";
import type { DeploymentRun } from "./deployment-run.js";
import type { Counts, ResourceChange } from "./result.js";

/** What is kept beside a saved plan: what it was made from, and what it does. */
const recordSchema = z.object({
  /** Digest of the synthesized configuration and of the values it was given. */
  digest: z.string(),
  /** Version of the state that it was made from. */
  version: z.number(),
  destroy: z.boolean(),
  changes: z.array(
    z.object({
      address: z.string(),
      action: z.enum(["create", "update", "replace", "delete"]),
      place: z.string().optional(),
      attributes: z.array(z.object({ path: z.string(), before: z.string(), after: z.string() })).optional(),
    }),
  ),
});

/** A saved plan's record. */
export interface PlanRecord {
  readonly digest: string;
  readonly version: number;
  readonly destroy: boolean;
  readonly changes: readonly ResourceChange[];
}

/** Counts and changes of a plan that was just made or found. */
export interface PlannedChanges {
  readonly counts: Counts;
  readonly changes: readonly ResourceChange[];
}

/** Where the engine writes a plan: its final place, or memory when the engine can't encrypt plans itself. */
export function planTarget(run: DeploymentRun): string {
  return run.context.encryption.cipher ? join(memoryFolder(), "plan.tfplan") : run.paths.plan;
}

/** Keeps a plan that the engine wrote to {@link planTarget}, encrypted whenever states are. */
export async function savePlan(run: DeploymentRun, target: string, record: PlanRecord): Promise<void> {
  const { cipher } = run.context.encryption;
  if (cipher) {
    writeFileSync(run.paths.plan, await cipher.seal(readFileSync(target)), { mode: 0o600 });
    rmSync(target, { force: true });
  }
  writeFileSync(run.paths.planRecord, JSON.stringify(record));
}

/**
 * The record of the saved plan of a deployment.
 *
 * @returns undefined when there is none
 * @throws InfraError when it is stale: the inventory, a referenced output or the state has changed since
 */
export function readPlan(run: DeploymentRun, destroy: boolean): PlanRecord | undefined {
  if (!existsSync(run.paths.plan) || !existsSync(run.paths.planRecord)) return undefined;
  const parsed = recordSchema.safeParse(JSON.parse(readFileSync(run.paths.planRecord, "utf8")));
  if (!parsed.success || parsed.data.destroy !== destroy) return undefined;
  const { id } = run.deployment;
  const made = statSync(run.paths.plan).mtime.toISOString();
  const remedy = `Plan again and look at it: infra plan ${id}${run.context.offline ? " --offline" : ""}`;
  if (parsed.data.digest !== run.digest)
    throw infraError(
      `the plan of ${id} of ${made} is stale: its inventory, its packages or an output that it refers to has changed since`,
      remedy,
    );
  if (parsed.data.version !== run.session.version) {
    throw infraError(
      `the plan of ${id} of ${made} is stale: it was made for version ${String(parsed.data.version)} of the state, which is now at ${String(run.session.version)}`,
      remedy,
    );
  }
  return parsed.data as PlanRecord;
}

/** Gives the engine a saved plan in clear for the length of an action. */
export async function withPlan<T>(run: DeploymentRun, action: (file: string) => Promise<T>): Promise<T> {
  const { cipher } = run.context.encryption;
  if (!cipher) return await action(run.paths.plan);
  const file = join(memoryFolder(), "plan.tfplan");
  try {
    writeFileSync(file, await cipher.open(readFileSync(run.paths.plan)), { mode: 0o600 });
    return await action(file);
  } finally {
    rmSync(file, { force: true });
  }
}

/** Removes the saved plan: it was applied, or there is nothing in it. */
export function dropPlan(run: DeploymentRun): void {
  for (const file of [run.paths.planRecord, run.paths.plan]) rmSync(file, { force: true });
}

let folder: string | undefined;

/** A private folder that is in memory where the system has one. */
function memoryFolder(): string {
  folder ??= mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "infra-"));
  process.once("exit", () => {
    if (folder) rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { infraError, parseJson } from "@infra/inventory";
import { z } from "zod";
import type { Counts, ResourceChange } from "@infra/results";
import type { DeploymentRun } from "./deployment-run.js";
import { memoryFolder } from "./memory-folder.js";
import type { DeploymentPaths } from "./paths.js";

/** What is kept beside a saved plan: what it was made from, and what it does. */
const recordSchema = z.object({
  /** Name and version of the engine that made it: no other one can read it. */
  engine: z.string(),
  /** Digest of the synthesized configuration and of the values it was given. */
  digest: z.string(),
  /** Version of the state that it was made from. */
  version: z.number(),
  destroy: z.boolean(),
  /** Did the tables of facts choose all, whatever is deployed? */
  reselect: z.boolean().default(false),
  changes: z.array(
    z.object({
      address: z.string(),
      action: z.enum(["create", "update", "replace", "delete"]),
      place: z.string().optional(),
    }),
  ),
});

/** A saved plan's record. */
export interface PlanRecord {
  readonly engine: string;
  readonly digest: string;
  readonly version: number;
  readonly destroy: boolean;
  /** Did the tables of facts choose all, whatever is deployed? */
  readonly reselect: boolean;
  readonly changes: readonly ResourceChange[];
}

/** Counts and changes of a plan that was just made or found. */
export interface PlannedChanges {
  readonly counts: Counts;
  readonly changes: readonly ResourceChange[];
}

/**
 * Gives an action the path of a plan that is not kept: in memory when the engine can't encrypt plans itself. The file is gone
 * afterwards, unless {@link savePlan} kept it.
 */
export async function withScratchPlan<T>(run: DeploymentRun, action: (file: string) => Promise<T>): Promise<T> {
  const folder = run.encryption.cipher ? memoryFolder() : run.paths.work;
  const file = join(folder, `scratch-${randomUUID()}.tfplan`);
  try {
    return await action(file);
  } finally {
    rmSync(file, { force: true });
  }
}

/** Keeps a plan that the engine wrote to a scratch file, encrypted whenever states are. Its record comes last: it makes it valid. */
export async function savePlan(run: DeploymentRun, scratch: string, record: PlanRecord): Promise<void> {
  const { cipher } = run.encryption;
  if (cipher) writeFileSync(run.paths.plan, await cipher.seal(readFileSync(scratch)), { mode: 0o600 });
  else renameSync(scratch, run.paths.plan);
  // Without the values of attributes: not every secret is marked as one, and the record is not encrypted.
  const changes = record.changes.map(({ address, action, place }) => ({
    address,
    action,
    ...(place ? { place } : {}),
  }));
  writeFileSync(run.paths.planRecord, JSON.stringify({ ...record, changes }));
}

/**
 * The record of the saved plan of a deployment.
 *
 * @returns undefined when there is none
 * @throws InfraError when it is stale: the engine, the inventory, a referenced output or the state has changed since
 */
export function readPlan(run: DeploymentRun, destroy: boolean): PlanRecord | undefined {
  if (!existsSync(run.paths.plan) || !existsSync(run.paths.planRecord)) return undefined;
  const parsed = recordSchema.safeParse(parseJson(readFileSync(run.paths.planRecord, "utf8")));
  if (!parsed.success || parsed.data.destroy !== destroy) return undefined;
  const { id } = run.deployment;
  const made = statSync(run.paths.plan).mtime.toISOString();
  const remedy = `Plan again and look at it: infra plan ${destroy ? "--destroy " : ""}${id}${run.context.offline ? " --offline" : ""}`;
  const reason = staleness(run, parsed.data);
  if (reason) throw infraError(`the plan of ${id} of ${made} is stale: ${reason}`, remedy);
  return parsed.data as PlanRecord;
}

/** Was the saved plan of a deployment made with `--reselect`? It is applied as it was made. */
export function wasReselected({ planRecord }: Pick<DeploymentPaths, "planRecord">): boolean {
  if (!existsSync(planRecord)) return false;
  const parsed = recordSchema.safeParse(parseJson(readFileSync(planRecord, "utf8")));
  return parsed.success && parsed.data.reselect;
}

/** Why a saved plan can't be applied any more. @returns undefined when it can */
function staleness(run: DeploymentRun, { engine, digest, version }: Omit<PlanRecord, "changes">): string | undefined {
  const present = engineOf(run);
  if (engine !== present) return `it was made by ${engine}, and this run uses ${present}`;
  if (digest !== run.digest)
    return "its inventory, its packages, an output or a secret that it refers to has changed since";
  if (version === run.session.version) return undefined;
  return `it was made for version ${String(version)} of the state, which is now at ${String(run.session.version)}`;
}

/** Name and version of a run's engine: `tofu 1.12.6`. */
export function engineOf({ context: { engine } }: DeploymentRun): string {
  return `${engine.name} ${engine.version}`;
}

/** Gives the engine the saved plan, as it can read it: in clear, for the length of an action, when it can't decrypt. */
export async function withPlan<T>(run: DeploymentRun, action: (file: string) => Promise<T>): Promise<T> {
  const { cipher, forEngine } = run.encryption;
  const stored = readFileSync(run.paths.plan);
  const plan = cipher ? await cipher.open(stored) : await forEngine?.(stored);
  if (!plan || plan === stored) return await action(run.paths.plan);
  return await withScratchPlan(run, async (file) => {
    writeFileSync(file, plan, { mode: 0o600 });
    return await action(file);
  });
}

/** A plan is applied once: from now on it counts as used, also if this process is killed before it could remove it. */
export function markUsed(run: DeploymentRun): void {
  rmSync(run.paths.planRecord, { force: true });
}

/** Removes the saved plan: it was applied, or there is nothing in it. */
export function dropPlan(run: DeploymentRun): void {
  for (const file of [run.paths.planRecord, run.paths.plan]) rmSync(file, { force: true });
}

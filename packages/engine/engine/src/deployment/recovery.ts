import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InfraError, parseJson, type Problem } from "@infra/inventory";
import { z } from "zod";
import type { DeploymentRun } from "./deployment-run.js";
import { memoryFolder } from "./memory-folder.js";

const stateSchema = z.looseObject({ version: z.literal(4), lineage: z.string() });

/**
 * A run that could not save its state left it in the folder; it goes to the store before anything else happens. The engine
 * that left it encrypted cannot push it as it is, so it is opened in memory. The first state of all has no lineage yet.
 *
 * @returns whether there was one
 * @throws InfraError when it can't be recorded; it stays where it is
 */
export async function recoverState(run: DeploymentRun): Promise<boolean> {
  const left = join(run.paths.work, "errored.tfstate");
  if (!existsSync(left)) return false;
  const folder = mkdtempSync(join(memoryFolder(), "recovery-"));
  try {
    const state = await open(run, left, folder);
    const file = join(folder, "state.json");
    writeFileSync(file, JSON.stringify({ ...state, lineage: state.lineage || randomUUID() }), { mode: 0o600 });
    const exit = await run.call(["state", "push", "-no-color", file]);
    if (exit.code !== 0) throw notRecorded(left, run.problemsOf([], exit.stderr));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  rmSync(left);
  return true;
}

/** Lets the engine decrypt a state file: it is the local state of a configuration with nothing in it. */
async function open(run: DeploymentRun, file: string, folder: string): Promise<z.output<typeof stateSchema>> {
  const bytes = readFileSync(file);
  writeFileSync(join(folder, "terraform.tfstate"), (await run.encryption.forEngine?.(bytes)) ?? bytes, { mode: 0o600 });
  writeFileSync(join(folder, "main.tf.json"), "{}");
  const exit = await run.call(["state", "pull", "-no-color"], { folder });
  const parsed = exit.code === 0 ? stateSchema.safeParse(parseJson(exit.stdout)) : undefined;
  if (parsed?.success) return parsed.data;
  throw notRecorded(file, run.problemsOf([], exit.stderr || `${file} is not a state`));
}

function notRecorded(file: string, problems: readonly Problem[]): InfraError {
  const message = `the state that an interrupted run left in ${file} could not be recorded`;
  return new InfraError([...problems, { message, remedy: "Compare it with infra state versions, then remove it" }]);
}

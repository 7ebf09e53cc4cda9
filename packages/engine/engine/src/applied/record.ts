import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Deployment } from "@infra/inventory";
import type { Synthesis } from "@infra/core";
import type { Engine } from "@infra/opentofu";
import type { DeploymentRun } from "../deployment/deployment-run.js";
import { choicesToRecord } from "../deployment/kept-choices.js";
import type { RunRequest } from "@infra/results";
import type { AppliedConfiguration, AppliedRecord } from "@infra/state";
import { providersIn } from "../providers/locked.js";
import { digestOfConfiguration, digestOfInventory } from "./digest.js";
import { type ApplyOrigin, originOfApply } from "./origin.js";
import { packagesOf } from "./packages.js";
import { isRemoved } from "./removed-deployment.js";

/** What is being done, and how it ended so far. */
export type Step = Pick<AppliedRecord, "operation" | "outcome">;

/** What would be applied: the part of a record that says what, not who and when. */
export type Applicable = Pick<AppliedRecord, "digest" | "inventory" | "packages">;

/** What the inventory and the installed packages make of a deployment. */
export function applicableOf(
  deployment: Deployment,
  synthesis: Pick<Synthesis, "configuration">,
  root: string,
): Applicable {
  return {
    digest: digestOfConfiguration(synthesis.configuration, root),
    inventory: digestOfInventory(deployment),
    packages: packagesOf(deployment, root),
  };
}

/** Asked once for all deployments of a run. */
const origins = new WeakMap<RunRequest, Promise<ApplyOrigin>>();

function originOf(request: RunRequest): Promise<ApplyOrigin> {
  const origin = origins.get(request) ?? originOfApply(request.root, request.env ?? process.env);
  origins.set(request, origin);
  return origin;
}

/** Writes down what a run applies, beside the state. @throws StateError when it can't be recorded */
export async function recordStep(run: DeploymentRun, step: Step): Promise<void> {
  const { context, deployment, session } = run;
  const lockFile = lockFileOf(run);
  const record = {
    version: session.version,
    ...step,
    time: new Date().toISOString(),
    ...(await originOf(context.request)),
    engine: identityOf(context.engine),
    ...whatOf(run.applicable, Object.fromEntries(providersIn(lockFile))),
  };
  await session.recordApplied(record, isRemoved(deployment) ? deployment.applied : appliedConfiguration(run, lockFile));
}

/** Records that there was nothing to do, unless that is on record. */
export async function recordUnchanged(run: DeploymentRun, operation: Step["operation"]): Promise<void> {
  const { session, applicable } = run;
  if (operation === "destroy" && session.version === 0) return;
  const last = await session.lastApplied();
  const complete = last?.outcome === "done" && last.operation === operation && last.version === session.version;
  const now = whatOf(applicable, Object.fromEntries(providersIn(lockFileOf(run))));
  if (complete && (operation === "destroy" || isDeepStrictEqual(whatOf(last, last.providers), now))) return;
  await recordStep(run, { operation, outcome: "done" });
}

function whatOf({ digest, inventory, packages }: Applicable, providers: AppliedRecord["providers"]) {
  return { digest, inventory, packages, providers };
}

function lockFileOf({ context, paths }: DeploymentRun): string {
  const file = join(paths.work, ".terraform.lock.hcl");
  return !context.offline && existsSync(file) ? readFileSync(file, "utf8") : "";
}

function appliedConfiguration({ deployment, synthesis }: DeploymentRun, lockFile: string): AppliedConfiguration {
  const texts = (map: ReadonlyMap<string, { toString(): string }>) =>
    Object.fromEntries([...map].map(([name, value]) => [name, value.toString()]));
  return {
    stack: deployment.stack,
    // As JSON has it: a secret is its name.
    settings: JSON.parse(JSON.stringify(deployment.settings)) as Record<string, unknown>,
    configuration: { ...synthesis.configuration },
    references: texts(synthesis.references),
    secrets: texts(synthesis.secrets),
    lockFile,
    choices: choicesToRecord(synthesis),
  };
}

function identityOf({ name, version }: Engine): AppliedRecord["engine"] {
  return { name, version };
}

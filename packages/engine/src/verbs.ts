import { rmSync } from "node:fs";
import { type Deployment, InfraError, type Problem } from "@infra/core";
import { attributeChanges, countChanges, resourceChange } from "./changes.js";
import { DeploymentRun, synthesizeToFolder } from "./deployment-run.js";
import { type Diagnostic, type EngineEvent, shownPlanSchema, validationSchema } from "./engine-events.js";
import { dropPlan, type PlannedChanges, planTarget, readPlan, savePlan, withPlan } from "./plan-file.js";
import { renderChanges } from "./render.js";
import { type Counts, type ResourceChange, type Status, type Verb } from "./result.js";
import type { RunContext } from "./run-context.js";

/** What a verb finds out about one deployment. */
export interface Outcome {
  readonly status: Status;
  readonly counts?: Counts;
  readonly changes?: readonly ResourceChange[];
  readonly problems?: readonly Problem[];
  readonly notes?: readonly string[];
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly text?: string;
}

type VerbFunction = (context: RunContext, deployment: Deployment) => Promise<Outcome>;

/** What each verb does with one deployment. */
export const verbFunctions: Readonly<Record<Verb, VerbFunction>> = {
  synth: (context, deployment) => {
    const { paths } = synthesizeToFolder(context.request.root, deployment, context.offline);
    return Promise.resolve({ status: "done", text: `wrote ${paths.work}/cdk.tf.json` });
  },
  validate: (context, deployment) => withRun(context, deployment, "validate", validate),
  plan: (context, deployment) =>
    withRun(context, deployment, "plan", async (run) => {
      const planned = await plan(run, false);
      return { status: planned.changed ? "changed" : "unchanged", ...planned };
    }),
  apply: (context, deployment) => withRun(context, deployment, "apply", (run) => change(run, false)),
  destroy: (context, deployment) => withRun(context, deployment, "destroy", (run) => change(run, true)),
  drift: (context, deployment) => withRun(context, deployment, "drift", drift),
  output: async (context, deployment) => {
    const values = await context.outputs.of(deployment);
    const entries = Object.entries(values ?? {});
    const outputs = Object.fromEntries(
      entries.map(([name, { sensitive, value }]) => [name, sensitive ? "(sensitive)" : value]),
    );
    return { status: "done", outputs, text: values ? JSON.stringify(outputs, null, 2) : "never applied: no outputs" };
  },
};

async function withRun(
  context: RunContext,
  deployment: Deployment,
  operation: string,
  action: (run: DeploymentRun) => Promise<Outcome>,
): Promise<Outcome> {
  const run = await DeploymentRun.open(context, deployment, { operation, references: operation !== "validate" });
  try {
    const outcome = await action(run);
    return { ...outcome, notes: run.notes };
  } finally {
    await run.close();
  }
}

async function validate(run: DeploymentRun): Promise<Outcome> {
  const exit = await run.call(["validate", "-json"]);
  const result = validationSchema.safeParse(safeJson(exit.stdout));
  if (!result.success) return { status: "failed", problems: run.problemsOf([], exit.stderr) };
  const { valid, diagnostics } = result.data;
  return valid
    ? { status: "done", text: "valid" }
    : { status: "failed", problems: run.problemsOf(diagnostics, exit.stderr) };
}

/** Makes and saves a plan. A plan that changes nothing is not kept. */
async function plan(
  run: DeploymentRun,
  destroy: boolean,
): Promise<PlannedChanges & { changed: boolean; text: string }> {
  const target = planTarget(run);
  const changes: ResourceChange[] = [];
  const { code } = await engineCall(
    run,
    ["plan", "-json", "-input=false", "-detailed-exitcode", ...(destroy ? ["-destroy"] : []), `-out=${target}`],
    (event) => {
      if (event.type !== "planned_change") return;
      const found = resourceChange(run.deployment, run.synthesis, event.change.resource.addr, event.change.action);
      if (found) changes.push(found);
    },
  );
  const changed = code === 2;
  const altered = changes.some(({ action }) => action === "update" || action === "replace");
  const detailed = altered ? await withAttributes(run, target, "resource_changes", changes) : changes;
  if (changed)
    await savePlan(run, target, { digest: run.digest, version: run.session.version, destroy, changes: detailed });
  else dropPlan(run);
  return { counts: countChanges(detailed), changes: detailed, changed, text: renderChanges(detailed, changed) };
}

/** Reads from a plan that was just made which attributes change. */
async function withAttributes(
  run: DeploymentRun,
  file: string,
  section: "resource_changes" | "resource_drift",
  changes: readonly ResourceChange[],
): Promise<ResourceChange[]> {
  const shown = await run.call(["show", "-json", "-no-color", file]);
  const byAddress = new Map(
    shownPlanSchema.parse(JSON.parse(shown.stdout))[section].map((each) => [each.address, each]),
  );
  return changes.map((each) => {
    const found = byAddress.get(each.address);
    if (!found || each.action === "create" || each.action === "delete") return each;
    return { ...each, attributes: run.context.mask.value(attributeChanges(found)) };
  });
}

/** Applies the saved plan, or one that is made now; asks before it changes anything. */
async function change(run: DeploymentRun, destroy: boolean): Promise<Outcome> {
  const saved = readPlan(run, destroy);
  const planned = saved
    ? {
        changes: saved.changes,
        counts: countChanges(saved.changes),
        changed: true,
        text: renderChanges(saved.changes, true),
      }
    : await plan(run, destroy);
  if (!planned.changed) return { ...planned, status: "unchanged" };
  const { request } = run.context;
  const agreed = request.yes ?? (await request.confirm?.({ id: run.deployment.id, text: planned.text }));
  if (!agreed) {
    const verb = destroy ? "destroy" : "apply";
    return {
      ...planned,
      status: "failed",
      problems: [
        {
          message: `${run.deployment.id} was not changed: nobody agreed`,
          remedy: `Say yes when asked, or run: infra ${verb} ${run.deployment.id} --yes`,
        },
      ],
    };
  }
  const applied: ResourceChange[] = [];
  try {
    await withPlan(run, (file) =>
      engineCall(run, ["apply", "-json", "-input=false", "-auto-approve", file], (event) => {
        if (event.type !== "apply_complete") return;
        const found = planned.changes.find(({ address }) => address === event.hook.resource.addr);
        if (found) applied.push(found);
      }),
    );
  } catch (error) {
    if (!(error instanceof InfraError)) throw error;
    return { status: "failed", changes: applied, counts: countChanges(unique(applied)), problems: error.problems };
  } finally {
    dropPlan(run);
    run.context.outputs.forget(run.deployment.id);
  }
  return { ...planned, status: "applied" };
}

/** A replacement completes twice: once deleted, once created. */
function unique(changes: readonly ResourceChange[]): ResourceChange[] {
  return [...new Map(changes.map((each) => [each.address, each])).values()];
}

/** Compares the state with the cloud; changes neither. */
async function drift(run: DeploymentRun): Promise<Outcome> {
  const target = `${run.paths.work}/drift.tfplan`;
  const found: ResourceChange[] = [];
  try {
    await engineCall(
      run,
      ["plan", "-json", "-refresh-only", "-input=false", "-detailed-exitcode", `-out=${target}`],
      (event) => {
        if (event.type !== "resource_drift") return;
        const drifted = resourceChange(run.deployment, run.synthesis, event.change.resource.addr, event.change.action);
        if (drifted) found.push(drifted);
      },
    );
    const changes = found.length > 0 ? await withAttributes(run, target, "resource_drift", found) : found;
    return {
      status: changes.length > 0 ? "changed" : "unchanged",
      changes,
      counts: countChanges(changes),
      text: renderChanges(changes, changes.length > 0, "drift"),
    };
  } finally {
    rmSync(target, { force: true });
  }
}

/** Runs the engine with `-json`. @throws InfraError with its diagnostics when it fails */
async function engineCall(
  run: DeploymentRun,
  args: readonly string[],
  onEvent: (event: EngineEvent) => void,
): Promise<{ code: number }> {
  const diagnostics: Diagnostic[] = [];
  const exit = await run.call(args, (event) => {
    if (event.type === "diagnostic") diagnostics.push(event.diagnostic);
    else onEvent(event);
  });
  if (exit.code === 0 || (exit.code === 2 && args.includes("-detailed-exitcode"))) return exit;
  if (run.context.request.signal?.aborted)
    diagnostics.push({
      severity: "error",
      summary: "the run was interrupted; what was done is in the state",
      detail: "Run it again to complete it",
    });
  throw new InfraError(run.problemsOf(diagnostics, exit.stderr));
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { type Deployment, infraError, InfraError, type Problem } from "@infra/core";
import type { DeploymentCost } from "@infra/cost";
import { recordStep, recordUnchanged, type Step } from "./applied/record.js";
import { isRemoved } from "./applied/removed-deployment.js";
import { attributeChanges, countChanges, resourceChange, sensitiveTexts } from "./changes.js";
import { renderResources } from "./cost/render.js";
import { DeploymentRun, synthesizeToFolder } from "./deployment-run.js";
import { sift } from "./drift/ignore.js";
import { type Diagnostic, type EngineEvent, shownPlanSchema, validationSchema } from "./engine-events.js";
import { NotApplied } from "./outputs.js";
import {
  dropPlan,
  engineOf,
  markUsed,
  type PlannedChanges,
  type PlanRecord,
  readPlan,
  savePlan,
  withPlan,
  withScratchPlan,
} from "./plan-file.js";
import { renderChanges } from "./render.js";
import { type Counts, type ResourceChange, type Status, type Verb } from "./result.js";
import type { RunContext } from "./run-context.js";

/** What a verb finds out about one deployment. */
export interface Outcome {
  readonly status: Status;
  readonly counts?: Counts;
  readonly changes?: readonly ResourceChange[];
  readonly ignored?: readonly ResourceChange[];
  readonly problems?: readonly Problem[];
  readonly notes?: readonly string[];
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly cost?: DeploymentCost;
  readonly text?: string;
}

type VerbFunction = (context: RunContext, deployment: Deployment) => Promise<Outcome>;

/** What each verb does with one deployment. */
export const verbFunctions: Readonly<Record<Verb, VerbFunction>> = {
  synth: (context, deployment) => {
    const file = synthesizeToFolder(context.request.root, deployment, context.offline);
    return Promise.resolve({ status: "done", text: `wrote ${file}` });
  },
  validate: (context, deployment) => withRun(context, deployment, "validate", validate),
  policy: (context, deployment) =>
    withRun(context, deployment, "policy", async (run) => (await import("./policy/verb.js")).checkPolicy(run)),
  plan: (context, deployment) =>
    withRun(context, deployment, "plan", async (run) => {
      const { destroy = false } = context.request;
      if (destroy && run.unresolved) return await withoutValues(run, run.unresolved);
      const planned = await plan(run, destroy);
      if (run.transient && planned.changed) {
        dropPlan(run);
        run.notes.push("the plan was not saved: it holds credentials that end with this run; apply plans again");
      }
      return { status: planned.changed ? "changed" : "unchanged", ...planned };
    }),
  apply: (context, deployment) => withRun(context, deployment, "apply", (run) => change(run, false)),
  destroy: (context, deployment) => withRun(context, deployment, "destroy", (run) => change(run, true)),
  drift: (context, deployment) => withRun(context, deployment, "drift", drift),
  cost: (context, deployment) => withRun(context, deployment, "cost", cost),
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
  const run = await DeploymentRun.open(context, deployment, operation);
  try {
    await run.prepare();
    return { ...(await action(run)), notes: run.notes };
  } catch (error) {
    if (!(error instanceof InfraError) || error instanceof NotApplied) throw error;
    return { status: "failed", problems: error.problems, notes: run.notes };
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

type Planned = PlannedChanges & { readonly changed: boolean; readonly text: string };

/** Makes and saves a plan, instead of the one that was saved before. A plan that changes nothing is not kept. */
function plan(run: DeploymentRun, destroy: boolean): Promise<Planned> {
  dropPlan(run);
  return withScratchPlan(run, async (file) => {
    const found: ResourceChange[] = [];
    const { code } = await engineCall(
      run,
      ["plan", "-json", "-input=false", "-detailed-exitcode", ...(destroy ? ["-destroy"] : []), `-out=${file}`],
      (event) => {
        if (event.type !== "planned_change") return;
        const change = resourceChange(run.deployment, run.synthesis, event.change.resource.addr, event.change.action);
        if (change) found.push(change);
      },
    );
    const changed = code === 2;
    const changes = await withAttributes(run, file, "resource_changes", byName(found));
    if (changed)
      await savePlan(run, file, {
        engine: engineOf(run),
        digest: run.digest,
        version: run.session.version,
        destroy,
        changes,
      });
    return planned(changes, changed);
  });
}

/** The engine reports resources in any order; the same plan always reads the same. */
function byName(changes: readonly ResourceChange[]): ResourceChange[] {
  return [...changes].sort((a, b) => (a.address < b.address ? -1 : 1));
}

/** What a saved plan does. */
async function recall(run: DeploymentRun, { changes }: PlanRecord): Promise<Planned> {
  return planned(await withPlan(run, (file) => withAttributes(run, file, "resource_changes", changes)), true);
}

function planned(changes: readonly ResourceChange[], changed: boolean): Planned {
  return { counts: countChanges(changes), changes, changed, text: renderChanges(changes, changed) };
}

/** Reads from a plan which attributes change; resources that come or go need no reading. */
async function withAttributes(
  run: DeploymentRun,
  file: string,
  section: "resource_changes" | "resource_drift",
  changes: readonly ResourceChange[],
): Promise<readonly ResourceChange[]> {
  if (!changes.some(({ action }) => action === "update" || action === "replace")) return changes;
  const shown = await run.call(["show", "-json", "-no-color", file]);
  const parsed = shownPlanSchema.safeParse(safeJson(shown.stdout));
  if (!parsed.success) throw new InfraError(run.problemsOf([], shown.stderr));
  const { mask } = run.context;
  mask.add(parsed.data[section].flatMap(sensitiveTexts));
  const byAddress = new Map(parsed.data[section].map((each) => [each.address, each]));
  return changes.map((each) => {
    const found = byAddress.get(each.address);
    if (!found || each.action === "create" || each.action === "delete") return each;
    return { ...each, attributes: attributeChanges(found, (value) => mask.value(value)) };
  });
}

/** Applies the saved plan, or one that is made now; asks before it changes anything. */
async function change(run: DeploymentRun, destroy: boolean): Promise<Outcome> {
  if (destroy && run.unresolved) return await withoutValues(run, run.unresolved);
  const saved = readPlan(run, destroy);
  if (!saved && run.context.request.yes && isRemoved(run.deployment)) throw notReviewed(run);
  const found = saved ? await recall(run, saved) : await plan(run, destroy);
  if (!found.changed) {
    await recordUnchanged(run, destroy ? "destroy" : "apply");
    return { ...found, status: "unchanged" };
  }
  const { request } = run.context;
  if (request.planned && wouldLoseState(run)) return { ...found, status: "failed", problems: [stateWouldBeLost(run)] };
  if (request.planned && !saved) return { ...found, status: "failed", problems: [notPlanned(run, destroy)] };
  const agreed = request.yes ?? (await request.confirm?.({ id: run.deployment.id, text: found.text }));
  return agreed
    ? await applyPlan(run, found, destroy ? "destroy" : "apply")
    : { ...found, status: "failed", problems: [notAgreed(run, destroy)] };
}

/** A destroy without values for its references has something to do only where there is something. */
async function withoutValues(run: DeploymentRun, unresolved: InfraError): Promise<Outcome> {
  if (await run.isEmpty()) return { ...planned([], false), status: "unchanged" };
  throw unresolved;
}

function notReviewed({ context, deployment: { id } }: DeploymentRun): InfraError {
  const offline = context.offline ? " --offline" : "";
  return infraError(
    `${id} is no longer in the inventory: it is destroyed by a plan that somebody has looked at`,
    `Make the plan and look at it: infra plan --destroy ${id}${offline}; then: infra destroy ${id}${offline} --yes`,
  );
}

function notAgreed({ context, deployment: { id } }: DeploymentRun, destroy: boolean): Problem {
  const command = `infra ${destroy ? "destroy" : "apply"} ${id}${context.offline ? " --offline" : ""} --yes`;
  return { message: `${id} was not changed: nobody agreed`, remedy: `Say yes when asked, or run: ${command}` };
}

/** Is the state in a folder of a pipeline's clone, which goes with the job? */
function wouldLoseState({ context: { offline, backends, request }, deployment }: DeploymentRun): boolean {
  const { GITHUB_ACTIONS, GITLAB_CI } = request.env ?? process.env;
  return !offline && Boolean(GITHUB_ACTIONS || GITLAB_CI) && backends.kindOf(deployment.id) === "folder";
}

function stateWouldBeLost({ deployment: { id } }: DeploymentRun): Problem {
  return {
    message: `${id} was not changed: its state is in a local folder, which would be lost with the job`,
    remedy: "Keep states in a bucket (state: { kind: s3, … }), or apply on a machine that keeps and commits them",
  };
}

function notPlanned({ context, deployment: { id, file } }: DeploymentRun, destroy: boolean): Problem {
  const again = `infra plan ${id}${context.offline ? " --offline" : ""}`;
  return {
    message: `${id} was not changed: there is no plan of these changes that was looked at`,
    remedy: destroy ? "Leave --planned out, and look at what is asked" : `Plan again and look at it: ${again}`,
    place: { file, line: 1, column: 1 },
  };
}

async function applyPlan(run: DeploymentRun, found: Planned, operation: Step["operation"]): Promise<Outcome> {
  await recordStep(run, { operation, outcome: "started" });
  const wanted = new Map(found.changes.map((each) => [each.address, each]));
  const applied = new Map<string, ResourceChange>();
  const tell = () =>
    run.context.request.onResources?.({ id: run.deployment.id, done: applied.size, total: wanted.size });
  tell();
  try {
    markUsed(run);
    await withPlan(run, (file) =>
      engineCall(run, ["apply", "-json", "-input=false", "-auto-approve", file], (event) => {
        const done = event.type === "apply_complete" && wanted.get(event.hook.resource.addr);
        // A replacement completes twice: once deleted, once created.
        if (!done) return;
        applied.set(done.address, done);
        tell();
      }),
    );
  } catch (error) {
    if (!(error instanceof InfraError)) throw error;
    await recordEnd(run, { operation, outcome: "failed" });
    const changes = [...applied.values()];
    return { status: "failed", changes, counts: countChanges(changes), problems: error.problems };
  } finally {
    dropPlan(run);
    run.context.outputs.forget(run.deployment.id);
  }
  await recordEnd(run, { operation, outcome: "done" });
  return { ...found, status: "applied" };
}

/** What was done is done, also when that can't be recorded: the record then says that it was started. */
async function recordEnd(run: DeploymentRun, step: Step): Promise<void> {
  try {
    await recordStep(run, step);
  } catch (error) {
    if (!(error instanceof InfraError)) throw error;
    run.notes.push(`that it ended is not on record, and infra status will say so: ${error.problems[0]?.message ?? ""}`);
  }
}

/** Compares the state with the cloud; changes neither. */
function drift(run: DeploymentRun): Promise<Outcome> {
  return withScratchPlan(run, async (file) => {
    const found: ResourceChange[] = [];
    await engineCall(
      run,
      ["plan", "-json", "-refresh-only", "-input=false", "-detailed-exitcode", `-out=${file}`],
      (event) => {
        if (event.type !== "resource_drift") return;
        const drifted = resourceChange(run.deployment, run.synthesis, event.change.resource.addr, event.change.action);
        if (drifted) found.push(drifted);
      },
    );
    const all = await withAttributes(run, file, "resource_drift", byName(found));
    const { deployment, synthesis, context } = run;
    const addresses = all.map(({ address }) => address);
    context.driftRules.look(deployment, synthesis, addresses);
    const { changes, ignored } = sift(all, deployment.driftRules ?? []);
    const changed = changes.length > 0;
    const text = renderChanges(changes, changed, "drift");
    const status = changed ? "changed" : "unchanged";
    return { status, changes, counts: countChanges(changes), text, ...(ignored.length > 0 ? { ignored } : {}) };
  });
}

/** Prices a plan that is not kept: what is applied now, and what will be. */
function cost(run: DeploymentRun): Promise<Outcome> {
  return withScratchPlan(run, async (file) => {
    await engineCall(run, ["plan", "-json", "-input=false", `-out=${file}`], () => undefined);
    const shown = await run.call(["show", "-json", "-no-color", file]);
    const { priceShownPlan } = await import("./cost/price.js");
    const found = await priceShownPlan(run, safeJson(shown.stdout), shown.stderr);
    return { status: "done", cost: found, text: renderResources(found) };
  });
}

/** Runs the engine's command with `-json` among its arguments. @throws InfraError with its diagnostics when it fails */
export async function engineCall(
  run: DeploymentRun,
  args: readonly string[],
  onEvent: (event: EngineEvent) => void = () => undefined,
): Promise<{ code: number }> {
  const diagnostics: Diagnostic[] = [];
  const exit = await run.call(args, {
    onEvent: (event) => {
      if (event.type === "diagnostic") diagnostics.push(event.diagnostic);
      else onEvent(event);
    },
  });
  if (exit.code === 0 || (exit.code === 2 && args.includes("-detailed-exitcode"))) return exit;
  throw new InfraError(run.problemsOf(diagnostics, exit.stderr));
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

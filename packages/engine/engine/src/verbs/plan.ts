import { InfraError, parseJson } from "@infra/inventory";
import { attributeChanges, countChanges, resourceChange, sensitiveTexts } from "../deployment/changes.js";
import type { DeploymentRun } from "../deployment/deployment-run.js";
import { shownPlanSchema, unreadableAnswer } from "@infra/opentofu";
import {
  dropPlan,
  engineOf,
  type PlannedChanges,
  type PlanRecord,
  savePlan,
  withPlan,
  withScratchPlan,
} from "../deployment/plan-file.js";
import { renderChanges, type ResourceChange } from "@infra/results";
import { engineCall } from "./engine-call.js";
import type { Outcome } from "./outcome.js";

/** What a plan does, as it is shown. */
export interface Planned extends PlannedChanges {
  /** Does it change anything, if only outputs? */
  readonly changed: boolean;
  /** What a person reads. */
  readonly text: string;
}

/** Makes a plan of what an apply would change, or a destroy where the run asks for that, and saves it. */
export async function plan(run: DeploymentRun): Promise<Outcome> {
  const { destroy = false } = run.context.request;
  if (destroy && run.unresolved) return await withoutValues(run, run.unresolved);
  const planned = await makePlan(run, destroy);
  if (run.transient && planned.changed) {
    dropPlan(run);
    run.notes.push("the plan was not saved: it holds credentials that end with this run; apply plans again");
  }
  return { status: planned.changed ? "changed" : "unchanged", ...planned };
}

/** Makes and saves a plan, instead of the one that was saved before. A plan that changes nothing is not kept. */
export function makePlan(run: DeploymentRun, destroy: boolean): Promise<Planned> {
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
        reselect: run.reselected,
        changes,
      });
    return shown(changes, changed);
  });
}

/** What a saved plan does. */
export async function recall(run: DeploymentRun, { changes }: PlanRecord): Promise<Planned> {
  return shown(await withPlan(run, (file) => withAttributes(run, file, "resource_changes", changes)), true);
}

function shown(changes: readonly ResourceChange[], changed: boolean): Planned {
  return { counts: countChanges(changes), changes, changed, text: renderChanges(changes, changed) };
}

/** A destroy without values for its references has something to do only where there is something. */
export async function withoutValues(run: DeploymentRun, unresolved: InfraError): Promise<Outcome> {
  if (await run.isEmpty()) return { ...shown([], false), status: "unchanged" };
  throw unresolved;
}

/** The engine reports resources in any order; the same plan always reads the same. */
export function byName(changes: readonly ResourceChange[]): ResourceChange[] {
  return [...changes].sort((a, b) => (a.address < b.address ? -1 : 1));
}

/** Reads from a plan which attributes change; resources that come or go need no reading. */
export async function withAttributes(
  run: DeploymentRun,
  file: string,
  section: "resource_changes" | "resource_drift",
  changes: readonly ResourceChange[],
): Promise<readonly ResourceChange[]> {
  if (!changes.some(({ action }) => action === "update" || action === "replace")) return changes;
  const exit = await run.call(["show", "-json", "-no-color", file]);
  const parsed = shownPlanSchema.safeParse(parseJson(exit.stdout));
  if (!parsed.success) throw new InfraError(run.problemsOf([], unreadableAnswer("show -json", exit.stderr)));
  const { mask } = run.context;
  mask.add(parsed.data[section].flatMap(sensitiveTexts));
  const byAddress = new Map(parsed.data[section].map((each) => [each.address, each]));
  return changes.map((each) => {
    const found = byAddress.get(each.address);
    if (!found || each.action === "create" || each.action === "delete") return each;
    return { ...each, attributes: attributeChanges(found, (value) => mask.value(value)) };
  });
}

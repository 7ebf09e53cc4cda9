import { InfraError, type Problem } from "@infra/inventory";
import { recordStep, recordUnchanged, type Step } from "../applied/record.js";
import { isRemoved } from "../applied/removed-deployment.js";
import { countChanges } from "../deployment/changes.js";
import type { DeploymentRun } from "../deployment/deployment-run.js";
import { dropPlan, markUsed, readPlan, withPlan } from "../deployment/plan-file.js";
import type { ResourceChange } from "@infra/results";
import { noteDependents } from "./dependents.js";
import { engineCall } from "./engine-call.js";
import type { Outcome } from "./outcome.js";
import { makePlan, type Planned, recall, withoutValues } from "./plan.js";
import { notAgreed, notPlanned, notReviewed, stateWouldBeLost, wouldLoseState } from "./refusals.js";

/** Applies the saved plan, or one that is made now; asks before it changes anything. */
export async function change(run: DeploymentRun, destroy: boolean): Promise<Outcome> {
  if (destroy && run.unresolved) return await withoutValues(run, run.unresolved);
  const saved = readPlan(run, destroy);
  if (!saved && run.context.request.yes && isRemoved(run.deployment)) throw notReviewed(run);
  const found = saved ? await recall(run, saved) : await makePlan(run, destroy);
  if (!found.changed) {
    await recordUnchanged(run, destroy ? "destroy" : "apply");
    return { ...found, status: "unchanged" };
  }
  const { request } = run.context;
  // What is refused did not happen: no change of the plan is one of the result.
  const refused = (problem: Problem): Outcome => ({ status: "failed", text: found.text, problems: [problem] });
  if (request.planned && wouldLoseState(run)) return refused(stateWouldBeLost(run));
  if (request.planned && !saved) return refused(notPlanned(run, destroy));
  if (destroy) noteDependents(run);
  const text = [found.text, ...run.notes].join("\n");
  const agreed = request.yes ?? (await request.confirm?.({ id: run.deployment.id, text }));
  return agreed ? await applyPlan(run, found, destroy ? "destroy" : "apply") : refused(notAgreed(run, destroy));
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

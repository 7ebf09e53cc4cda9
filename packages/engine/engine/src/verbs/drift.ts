import { countChanges, resourceChange } from "../deployment/changes.js";
import type { DeploymentRun } from "../deployment/deployment-run.js";
import { sift } from "../drift-rules.js";
import { withScratchPlan } from "../deployment/plan-file.js";
import { renderChanges, type ResourceChange } from "@infra/results";
import { engineCall } from "./engine-call.js";
import type { Outcome } from "./outcome.js";
import { byName, withAttributes } from "./plan.js";

/** Compares the state with the cloud; changes neither. */
export function drift(run: DeploymentRun): Promise<Outcome> {
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

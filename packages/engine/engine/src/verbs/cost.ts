import { parseJson } from "@infra/inventory";
import { renderResources } from "@infra/cost";
import type { DeploymentRun } from "../deployment/deployment-run.js";
import { withScratchPlan } from "../deployment/plan-file.js";
import { engineCall } from "./engine-call.js";
import type { Outcome } from "./outcome.js";

/** Prices a plan that is not kept: what is applied now, and what will be. */
export function cost(run: DeploymentRun): Promise<Outcome> {
  return withScratchPlan(run, async (file) => {
    await engineCall(run, ["plan", "-json", "-input=false", `-out=${file}`], () => undefined);
    const shown = await run.call(["show", "-json", "-no-color", file]);
    const { priceShownPlan } = await import("../cost/price.js");
    const found = await priceShownPlan(run, parseJson(shown.stdout), shown.stderr);
    return { status: "done", cost: found, text: renderResources(found) };
  });
}

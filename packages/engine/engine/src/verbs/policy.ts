import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { InfraError, parseJson } from "@infra/inventory";
import type { DeploymentRun } from "../deployment/deployment-run.js";
import { memoryFolder } from "../deployment/memory-folder.js";
import { placeOfAddress } from "../deployment/places.js";
import { withScratchPlan } from "../deployment/plan-file.js";
import { engineCall } from "./engine-call.js";
import type { Outcome } from "./outcome.js";
import { checkPlans, type Finding, withoutSensitive } from "@infra/policy";

/** Plans a deployment and checks what it would leave, also what does not change. The plan is not kept. */
export async function checkPolicy(run: DeploymentRun): Promise<Outcome> {
  const plan = await shownPlan(run);
  const { env = process.env, signal } = run.context.request;
  const checkov = onPath("checkov", env);
  if (checkov === undefined) run.notes.push("Checkov is not on PATH: only the rules of infra were asked");
  const input = {
    plan: run.context.mask.value(withoutSensitive(plan)),
    configuration: run.synthesis.configuration,
    isProtected: run.deployment.settings.deletionProtection,
  };
  const [findings = []] = await checkPlans([input], { checkov, scratch: memoryFolder(), env, signal });
  if (findings.length === 0) return { status: "done", text: "nothing is refused" };
  return { status: "failed", findings: findings.map((finding) => located(run, finding)) };
}

/** What the engine shows of a plan that was just made: JSON, and perhaps no plan. @throws InfraError */
function shownPlan(run: DeploymentRun): Promise<unknown> {
  return withScratchPlan(run, async (file) => {
    await engineCall(run, ["plan", "-json", "-input=false", `-out=${file}`]);
    const shown = await run.call(["show", "-json", "-no-color", file]);
    if (shown.code !== 0) throw new InfraError(run.problemsOf([], shown.stderr));
    return parseJson(shown.stdout);
  });
}

/** A finding with the line of the inventory that asks for its resource. */
function located({ deployment, synthesis }: DeploymentRun, finding: Finding): Finding {
  const place = placeOfAddress(deployment, synthesis, finding.address);
  return { ...finding, ...(place ? { place } : {}) };
}

function onPath(command: string, env: Readonly<NodeJS.ProcessEnv>): string | undefined {
  const files = (env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, command));
  return files.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

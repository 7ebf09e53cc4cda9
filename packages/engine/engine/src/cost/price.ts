import { randomUUID } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InfraError } from "@infra/inventory";
import {
  askInfracost,
  type DeploymentCost,
  deploymentCost,
  type InfracostPrices,
  pricedPlanSchema,
  usesInfracost,
} from "@infra/cost";
import { sensitiveTexts } from "../deployment/changes.js";
import type { DeploymentRun } from "../deployment/deployment-run.js";
import { shownPlanSchema, unreadableAnswer } from "@infra/opentofu";
import { memoryFolder } from "../deployment/memory-folder.js";
import { withoutEmulated } from "./emulated.js";
import { toolEnvironment } from "@infra/io";

/** Prices what `show -json` says of a plan. @throws InfraError when it is no plan */
export async function priceShownPlan(run: DeploymentRun, shown: unknown, stderr: string): Promise<DeploymentCost> {
  const { provider, region } = run.deployment.settings;
  const plan = pricedPlanSchema.safeParse(shown);
  const changes = shownPlanSchema.safeParse(shown);
  if (!plan.success || !changes.success)
    throw new InfraError(run.problemsOf([], unreadableAnswer("show -json", stderr)));
  run.context.mask.add(changes.data.resource_changes.flatMap(sensitiveTexts));
  const priced = run.context.offline ? withoutEmulated(plan.data, shown) : plan.data;
  return deploymentCost(priced, { provider, region }, await infracostOf(run, shown));
}

/** What Infracost says, where it has a key. Offline too: it needs the sizes and regions of a plan, and no account of a cloud. */
async function infracostOf(run: DeploymentRun, shown: unknown): Promise<InfracostPrices | undefined> {
  const { mask, request } = run.context;
  const env = request.env ?? process.env;
  if (!usesInfracost(env)) return undefined;
  const file = join(memoryFolder(), `cost-${randomUUID()}.json`);
  try {
    writeFileSync(file, JSON.stringify(mask.value(shown)), { mode: 0o600 });
    const found = await askInfracost(file, toolEnvironment(env, "INFRACOST_"));
    if (!found) run.notes.push("INFRACOST_API_KEY is set, and infracost is not on PATH: it was not asked");
    return found;
  } finally {
    rmSync(file, { force: true });
  }
}

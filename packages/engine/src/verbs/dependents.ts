import { InfraError, loadInventory } from "@infra/core";
import type { DeploymentRun } from "../deployment/deployment-run.js";

/** Notes those deployments that refer to one that is destroyed, and stay: what they stand on goes. */
export function noteDependents({ context: { request }, deployment, notes }: DeploymentRun): void {
  const { deployments: chosen, inventory } = request;
  if (chosen === undefined) return;
  for (const { id, environment, references } of all(inventory)) {
    if (chosen.includes(id)) continue;
    if (references.some((reference) => reference.upstream(environment) === deployment.id))
      notes.push(`${id} refers to it: destroy that first, unless it was never applied`);
  }
}

/** An inventory with a mistake elsewhere does not keep a deployment from being destroyed. */
function all(inventory: string): ReturnType<typeof loadInventory>["deployments"] {
  try {
    return loadInventory(inventory).deployments;
  } catch (error) {
    if (error instanceof InfraError) return [];
    throw error;
  }
}

import { type Deployment, InfraError, loadInventory } from "@infra/inventory";
import type { DeploymentRun } from "../deployment/deployment-run.js";
import type { RunRequest } from "@infra/results";

/** Notes those deployments that refer to one that is destroyed, and stay: what they stand on goes. */
export function noteDependents({ context: { request }, deployment, notes }: DeploymentRun): void {
  for (const { id, environment, references } of staying(request))
    if (references.some((reference) => reference.upstream(environment) === deployment.id))
      notes.push(`${id} refers to it: destroy that first, unless it was never applied`);
}

/** Read once for all deployments of a run. */
const known = new WeakMap<RunRequest, readonly Deployment[]>();

/** The deployments that a run does not destroy. */
function staying(request: RunRequest): readonly Deployment[] {
  const found = known.get(request) ?? others(request);
  known.set(request, found);
  return found;
}

function others({ deployments, inventory }: RunRequest): readonly Deployment[] {
  if (deployments === undefined) return [];
  const chosen = new Set(deployments);
  try {
    return loadInventory(inventory).deployments.filter(({ id }) => !chosen.has(id));
  } catch (error) {
    // A mistake elsewhere in the inventory does not keep a deployment from being destroyed.
    if (error instanceof InfraError) return [];
    throw error;
  }
}

import { Compute, type ComputePeers } from "@infra/cloud-compute";
import type { DeploymentStack } from "@infra/core";

/** Two servers that any cloud can run. */
export function example(stack: DeploymentStack, peers: ComputePeers): Compute {
  return new Compute(stack, "compute", { ...peers, groups: { web: { count: 2 } } });
}

import { Compute, type ComputePeers } from "@infra/cloud-compute";
import type { DeploymentStack } from "@infra/core";

/** As many web servers as the load needs, from two to ten. */
export function example(stack: DeploymentStack, peers: ComputePeers): Compute {
  return new Compute(stack, "compute", {
    ...peers,
    groups: {
      web: {
        autoscaling: { min: 2, max: 10, targetCpu: 70 },
        loadBalancer: { listeners: { http: { port: 80 } } },
      },
    },
  });
}

import { Compute, type ComputePeers } from "@infra/cloud-compute";
import type { DeploymentStack } from "@infra/core";

/** Two servers behind a load balancer that asks them whether they are well. */
export function example(stack: DeploymentStack, peers: ComputePeers): Compute {
  return new Compute(stack, "compute", {
    ...peers,
    groups: {
      web: {
        count: 2,
        size: { cpus: 4, memory: 16 },
        loadBalancer: {
          listeners: { http: { port: 80 }, https: { port: 443 } },
          healthCheck: { protocol: "http", path: "/health" },
        },
      },
    },
  });
}

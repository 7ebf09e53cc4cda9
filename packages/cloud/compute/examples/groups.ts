import { Compute, type ComputePeers } from "@infra/cloud-compute";
import type { DeploymentStack } from "@infra/core";

/** Two web servers on different hosts, and a database with a disk, at an address of its own and not public. */
export function example(stack: DeploymentStack, peers: ComputePeers): Compute {
  return new Compute(stack, "compute", {
    ...peers,
    groups: {
      web: { count: 2, placement: "spread", labels: { tier: "front" } },
      db: {
        size: "large",
        native: { hetzner: { serverType: "ccx23" } },
        subnet: "data",
        publicAddress: false,
        firstAddress: "10.20.40.10",
        volumes: { data: { size: 100 } },
      },
    },
  });
}

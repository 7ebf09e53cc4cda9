import { Network } from "@infra/cloud-network";
import type { DeploymentStack } from "@infra/core";

/** A network with a public and a private subnet. */
export function example(stack: DeploymentStack): Network {
  return new Network(stack, "network", {
    cidr: "10.20.0.0/16",
    subnets: {
      default: {},
      data: { cidr: "10.20.40.0/24", public: false },
    },
  });
}

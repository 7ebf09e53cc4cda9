import { Network } from "@infra/cloud-network";
import type { DeploymentStack } from "@infra/core";

/** A network that every cloud can make. */
export function example(stack: DeploymentStack): Network {
  return new Network(stack, "network", { cidr: "10.20.0.0/16" });
}

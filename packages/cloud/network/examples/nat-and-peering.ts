import { Network } from "@infra/cloud-network";
import type { DeploymentStack } from "@infra/core";

/** Private servers that reach the internet and another network, and know each other by name. */
export function example(stack: DeploymentStack): Network {
  return new Network(stack, "network", {
    cidr: "10.20.0.0/16",
    subnets: { default: {}, data: { public: false, zone: "a" } },
    nat: true,
    peering: { office: { network: "id-of-the-other-network", cidr: "10.99.0.0/16" } },
    dnsSuffix: "acme.internal",
  });
}

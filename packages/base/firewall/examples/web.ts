import { Firewall, type FirewallPeers } from "@infra/base-firewall";
import type { DeploymentStack } from "@infra/core";

/** Web servers that anyone can reach, on every cloud. */
export function example(stack: DeploymentStack, { network }: FirewallPeers): Firewall {
  return new Firewall(stack, "firewall", {
    network,
    groups: {
      web: { rules: { http: { protocol: "tcp", ports: "80" }, https: { protocol: "tcp", ports: "443" } } },
    },
  });
}

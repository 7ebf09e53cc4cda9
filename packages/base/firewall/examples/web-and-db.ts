import { Firewall, type FirewallPeers } from "@infra/base-firewall";
import type { DeploymentStack } from "@infra/core";

/** Web servers that anyone can reach, and a database that one office can reach. */
export function example(stack: DeploymentStack, { network }: FirewallPeers): Firewall {
  return new Firewall(stack, "firewall", {
    network,
    groups: {
      web: {
        rules: {
          http: { protocol: "tcp", ports: "80" },
          https: { protocol: "tcp", ports: "443" },
          ping: { protocol: "icmp" },
        },
      },
      db: { rules: { postgres: { protocol: "tcp", ports: "5432", from: ["203.0.113.0/24"] } } },
    },
  });
}

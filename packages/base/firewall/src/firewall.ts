import { type Construct, type Contract, type IFirewall, type INetwork, mapOf, Module, rule } from "@infra/core";
import { z } from "zod";
import { findTrafficProblem, ports, protocol, sources } from "./rules.js";

const firewallRule = rule(
  z.strictObject({
    direction: z
      .enum(["inbound", "outbound"])
      .default("inbound")
      .describe("inbound or outbound, seen from the servers"),
    protocol,
    ports: ports.optional().describe('a port or a range in quotes: "80", "8000-8100"; required for tcp and udp'),
    from: sources
      .default("anywhere")
      .describe("the other side: anywhere, network (the deployment's own), or a list of networks in CIDR notation"),
  }),
  findTrafficProblem,
);

const group = z.strictObject({
  rules: mapOf(firewallRule).default({}).describe("rules by name; what no inbound rule allows is denied"),
  privateTraffic: z
    .enum(["allow", "rules"])
    .default("allow")
    .describe("traffic inside the private network: allow, or only what rules allow"),
});

/** What a user may say of firewalls. */
export const firewallConfig = z.strictObject({
  groups: mapOf(group).describe("firewalls by the group of servers that they protect"),
});

/** Input of a Firewall. */
export type FirewallProps = z.input<typeof firewallConfig>;

/** What a firewall needs of other modules. */
export interface FirewallPeers {
  /** The network whose servers it protects. */
  readonly network: INetwork;
}

type Feature = "filteredPrivateTraffic" | "outboundRules";

/** The contract's type, for its adapters. */
export type FirewallContract = Contract<typeof firewallConfig, FirewallPeers, IFirewall, Feature>;

/** What a firewall is, on every cloud. */
export const firewallContract: FirewallContract = {
  name: "firewall",
  config: firewallConfig,
  features: {
    filteredPrivateTraffic: {
      description: "rules for traffic inside the private network",
      usedAt: ({ groups }) =>
        Object.keys(groups).flatMap((name) =>
          groups[name]?.privateTraffic === "rules" ? [["groups", name, "privateTraffic"]] : [],
        ),
    },
    outboundRules: {
      description: "rules for outbound traffic; with one, all other outbound traffic is denied",
      usedAt: ({ groups }) =>
        Object.entries(groups).flatMap(([name, { rules }]) =>
          Object.keys(rules).flatMap((key) =>
            rules[key]?.direction === "outbound" ? [["groups", name, "rules", key, "direction"]] : [],
          ),
        ),
    },
  },
  adapters: {
    aws: () => (require("./aws.js") as typeof import("./aws.js")).aws,
    hetzner: () => (require("./hetzner.js") as typeof import("./hetzner.js")).hetzner,
  },
};

/** Firewalls for groups of servers. Inbound traffic from the internet is denied unless a rule allows it. */
export class Firewall extends Module<typeof firewallConfig, FirewallPeers, IFirewall> implements IFirewall {
  /** @throws InfraError for bad rules, SSH that is open to the internet, and for what the cloud lacks. */
  constructor(scope: Construct, id: string, { network, ...props }: FirewallProps & FirewallPeers) {
    super(scope, id, firewallContract, props, { network });
  }

  firewallId(group: string): string {
    return this.outputs.firewallId(group);
  }
}

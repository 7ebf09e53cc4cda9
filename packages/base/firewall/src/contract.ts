import type { CloudContract, IFirewall, INetwork } from "@infra/core";
import { type Finding, mapOf, rule, suggest } from "@infra/inventory";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { findTrafficProblem, groupsOf, isWeb, ports, protocol, sources } from "./rules.js";

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
      .describe(
        "the other side: anywhere, network (the deployment's own), a list of networks in CIDR notation, or { groups: [<group>] }",
      ),
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
export const firewallConfig = rule(
  z.strictObject({ groups: mapOf(group).describe("firewalls by the group of servers that they protect") }),
  findUnknownGroups,
);

/** A rule that names a group which does not exist would let nothing through. */
function findUnknownGroups({ groups }: { groups: Readonly<Record<string, z.output<typeof group>>> }): Finding[] {
  return rulesOf(groups).flatMap(({ path, traffic }) =>
    groupsOf(traffic.from)
      .filter((each) => !(each in groups))
      .map((each) => ({
        message: `${JSON.stringify(each)} is not a group`,
        remedy: suggest(each, Object.keys(groups)),
        path: [...path, "from"],
      })),
  );
}

/** Every rule of every group, with its path. */
function rulesOf(groups: Readonly<Record<string, z.output<typeof group>>>) {
  return Object.entries(groups).flatMap(([name, { rules }]) =>
    Object.entries(rules).map(([key, traffic]) => ({ path: ["groups", name, "rules", key], traffic })),
  );
}

/** Input of a Firewall. */
export type FirewallProps = z.input<typeof firewallConfig>;

/** What a firewall needs of other modules. */
export interface FirewallPeers {
  /** The network whose servers it protects. */
  readonly network: INetwork;
}

type Feature = "filteredPrivateTraffic" | "groupsThatDiffer" | "otherThanWeb" | "outboundRules" | "sourceGroups";

/** The contract's type, for its adapters. */
export type FirewallContract = CloudContract<typeof firewallConfig, FirewallPeers, IFirewall, Feature>;

type FirewallConfig = z.output<typeof firewallConfig>;

/** What a firewall is, on every cloud. */
export const firewallContract: FirewallContract = {
  name: "firewall",
  adapters: "per cloud",
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
      usedAt: rulesWith("direction", ({ direction }) => direction === "outbound"),
    },
    sourceGroups: {
      description: "rules for traffic of groups of servers",
      usedAt: rulesWith("from", ({ from }) => groupsOf(from).length > 0),
    },
    otherThanWeb: {
      description: "rules for other traffic than HTTP and HTTPS on ports 80 and 443",
      usedAt: rulesWith("protocol", ({ protocol: kind, ports: range }) => kind !== "tcp" || !isWeb(range)),
    },
    groupsThatDiffer: {
      description: "groups with rules of their own",
      usedAt: ({ groups }) =>
        Object.keys(groups)
          .filter((name) => !isDeepStrictEqual(groups[name]?.rules, Object.values(groups)[0]?.rules))
          .map((name) => ["groups", name, "rules"]),
    },
  },
};

function rulesWith(key: string, uses: (traffic: z.output<typeof firewallRule>) => boolean) {
  return ({ groups }: FirewallConfig) =>
    rulesOf(groups).flatMap(({ path, traffic }) => (uses(traffic) ? [[...path, key]] : []));
}

import { ComputeFirewall } from "@cdktf/provider-google/lib/compute-firewall";
import { type AdapterOf, type Construct, forEachEntry, problemAt, resourceName } from "@infra/core";
import type { FirewallContract } from "./contract.js";
import { KnownFirewall } from "./known-firewall.js";
import { groupsOf, networksOf, type Sources, type Traffic } from "./rules.js";

/** Comes after every rule, and before what each network of gcp ends with: all outbound traffic is allowed. */
const denyPriority = 65_000;

/** Rules of the network for the servers that carry the tag of their group. Gcp itself denies inbound traffic that no rule allows. */
export const gcp: AdapterOf<FirewallContract> = {
  build(scope, { groups }, { network }) {
    const tags = Object.fromEntries(Object.keys(groups).map((name) => [name, resourceName(scope, [name])]));
    forEachEntry(scope, ["groups"], groups, (entry, { rules, privateTraffic }, name) => {
      const servers: Servers = { name, network: network.id, targetTags: [tags[name] ?? ""] };
      forEachEntry(entry, ["rules"], rules, (ruleEntry, traffic, key) => {
        addRule(ruleEntry, servers, key, {
          ...otherSide(ruleEntry, traffic, network.cidr, tags),
          allow: [{ protocol: traffic.protocol, ...(traffic.ports === undefined ? {} : { ports: [traffic.ports] }) }],
        });
      });
      if (privateTraffic === "allow") allowPrivateTraffic(entry, servers, network.cidr);
      if (Object.values(rules).some(({ direction }) => direction === "outbound")) denyOtherOutbound(entry, servers);
    });
    return new KnownFirewall(tags);
  },
};

/** The servers of a group. */
interface Servers {
  /** The group's name. */
  readonly name: string;
  readonly network: string;
  readonly targetTags: string[];
}

function addRule(scope: Construct, { name, ...servers }: Servers, key: string, rule: object): void {
  new ComputeFirewall(scope, "Default", {
    ...servers,
    name: resourceName(scope, [name, key]),
    description: key,
    ...rule,
  });
}

function allowPrivateTraffic(scope: Construct, { name, ...servers }: Servers, cidr: string): void {
  new ComputeFirewall(scope, "private_traffic", {
    ...servers,
    name: resourceName(scope, [name, "all", "private"]),
    description: "private network",
    direction: "INGRESS",
    sourceRanges: [cidr],
    allow: [{ protocol: "all" }],
  });
}

function denyOtherOutbound(scope: Construct, { name, ...servers }: Servers): void {
  new ComputeFirewall(scope, "other_outbound", {
    ...servers,
    name: resourceName(scope, [name, "other", "outbound"]),
    description: "all other outbound traffic",
    direction: "EGRESS",
    destinationRanges: ["0.0.0.0/0"],
    priority: denyPriority,
    deny: [{ protocol: "all" }],
  });
}

function otherSide(scope: Construct, traffic: Traffic, cidr: string, tags: Readonly<Record<string, string>>) {
  const { direction, from = "anywhere" } = traffic;
  const groups = groupsOf(from);
  if (direction !== "outbound")
    return {
      direction: "INGRESS",
      ...(groups.length > 0
        ? { sourceTags: groups.map((group) => tags[group] ?? "") }
        : { sourceRanges: ranges(from, cidr) }),
    };
  if (groups.length > 0)
    throw problemAt(
      scope,
      ["from"],
      "gcp: a rule for outbound traffic cannot name groups of servers",
      "List the networks of their subnets in `from`, or write `from: network`",
    );
  return { direction: "EGRESS", destinationRanges: ranges(from, cidr) };
}

/** Subnets of gcp have IPv4 only, and a rule takes networks of one kind only. */
function ranges(from: Sources, cidr: string): string[] {
  return networksOf(from, cidr).filter((network) => !network.includes(":"));
}

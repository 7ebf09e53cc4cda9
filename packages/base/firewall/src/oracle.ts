import { type AdapterOf, checkLimit, type Construct, DeploymentStack, forEachEntry, resourceName } from "@infra/core";
import { CoreNetworkSecurityGroup } from "@infra/provider-oci/lib/core-network-security-group";
import { CoreNetworkSecurityGroupSecurityRule as SecurityRule } from "@infra/provider-oci/lib/core-network-security-group-security-rule";
import type { FirewallContract } from "./contract.js";
import { KnownFirewall } from "./known-firewall.js";
import { groupsOf, networksOf, parsePorts, type Sources, type Traffic } from "./rules.js";

/** Numbers of protocols, by which Oracle knows them. */
const protocols = { icmp: "1", tcp: "6", udp: "17" };

/** A network security group per group, with one stateful rule per rule and network. */
export const oracle: AdapterOf<FirewallContract> = {
  build(scope, { groups }, { network }) {
    const { account: compartmentId } = DeploymentStack.of(scope);
    // All groups first: a rule may name any of them.
    const made = forEachEntry(scope, ["groups"], groups, (entry, _group, name) => {
      const displayName = resourceName(entry, [name]);
      const { id } = new CoreNetworkSecurityGroup(entry, "Default", { compartmentId, vcnId: network.id, displayName });
      return { entry, id };
    });
    const ids = Object.fromEntries(Object.entries(made).map(([name, { id }]) => [name, id]));
    for (const [name, { entry, id }] of Object.entries(made)) {
      const { rules = {}, privateTraffic } = groups[name] ?? {};
      const counts = Object.values(rules).map(
        ({ from = "anywhere" }) => ipv4Of(from, network.cidr).length + groupsOf(from).length,
      );
      checkLimit(
        entry,
        ["rules"],
        "firewallRules",
        counts.reduce((sum, count) => sum + count, 2),
      );
      forEachEntry(entry, ["rules"], rules, (ruleEntry, traffic) => {
        addRules(ruleEntry, { groupId: id, traffic, cidr: network.cidr, ids });
      });
      if (privateTraffic === "allow")
        new SecurityRule(entry, "private_traffic", {
          networkSecurityGroupId: id,
          protocol: "all",
          ...inbound(network.cidr, "CIDR_BLOCK"),
        });
      if (!Object.values(rules).some(({ direction }) => direction === "outbound"))
        new SecurityRule(entry, "all_outbound", {
          networkSecurityGroupId: id,
          protocol: "all",
          ...outbound("0.0.0.0/0", "CIDR_BLOCK"),
        });
    }
    return new KnownFirewall(ids);
  },
};

interface Rule {
  readonly groupId: string;
  readonly traffic: Traffic;
  /** The range of the deployment's network. */
  readonly cidr: string;
  /** Network security groups by group. */
  readonly ids: Readonly<Record<string, string>>;
}

function addRules(scope: Construct, { groupId, traffic, cidr, ids }: Rule): void {
  const { direction, from = "anywhere", protocol } = traffic;
  const side = direction === "outbound" ? outbound : inbound;
  const shared = { networkSecurityGroupId: groupId, protocol: protocols[protocol], ...portsOf(traffic) };
  for (const network of ipv4Of(from, cidr))
    new SecurityRule(scope, idOf(network, from), { ...shared, ...side(network, "CIDR_BLOCK") });
  for (const group of groupsOf(from))
    new SecurityRule(scope, `group-${group}`, { ...shared, ...side(ids[group] ?? "", "NETWORK_SECURITY_GROUP") });
}

/** The network has no addresses of IPv6 that a rule could be about. */
function ipv4Of(from: Sources, cidr: string): string[] {
  return networksOf(from, cidr).filter((each) => !each.includes(":"));
}

function inbound(source: string, sourceType: string) {
  return { direction: "INGRESS", source, sourceType };
}

function outbound(destination: string, destinationType: string) {
  return { direction: "EGRESS", destination, destinationType };
}

/** A network as part of an address: `10.0.0.0/8` → `10-0-0-0-8`. */
function idOf(network: string, from: Sources): string {
  if (from === "network") return "network";
  return from === "anywhere" ? "ipv4" : network.replaceAll(/[./]/g, "-");
}

function portsOf({ protocol, ports }: Traffic) {
  const range = ports === undefined ? undefined : parsePorts(ports);
  if (!range || protocol === "icmp") return {};
  const destinationPortRange = { min: range.first, max: range.last };
  return protocol === "tcp" ? { tcpOptions: { destinationPortRange } } : { udpOptions: { destinationPortRange } };
}

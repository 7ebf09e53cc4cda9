import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { type AdapterOf, type Construct, forEachEntry, resourceName } from "@infra/core";
import type { FirewallContract } from "./contract.js";
import { KnownFirewall } from "./known-firewall.js";
import { groupsOf, networksOf, parsePorts, type Sources, type Traffic } from "./rules.js";

/** A security group per group, with one rule resource per rule and network. */
export const aws: AdapterOf<FirewallContract> = {
  build(scope, { groups }, { network }) {
    // All groups first: a rule may name any of them.
    const made = forEachEntry(scope, ["groups"], groups, (entry, _group, name) => {
      const { id } = new SecurityGroup(entry, "Default", {
        name: resourceName(entry, [name], { maxLength: 255, reserved: "sg-" }),
        description: `Group ${name}`,
        vpcId: network.id,
        tags: { Name: resourceName(entry, [name]) },
      });
      return { entry, id };
    });
    const ids = Object.fromEntries(Object.entries(made).map(([name, { id }]) => [name, id]));
    for (const [name, { entry, id }] of Object.entries(made)) {
      const { rules = {}, privateTraffic } = groups[name] ?? {};
      forEachEntry(entry, ["rules"], rules, (ruleEntry, traffic, key) => {
        addRules(ruleEntry, { securityGroupId: id, key, traffic, cidr: network.cidr, ids });
      });
      if (privateTraffic === "allow")
        new VpcSecurityGroupIngressRule(entry, "private_traffic", {
          securityGroupId: id,
          description: "private network",
          ipProtocol: "-1",
          cidrIpv4: network.cidr,
        });
      if (!Object.values(rules).some(({ direction }) => direction === "outbound")) allowAllOutbound(entry, id);
    }
    return new KnownFirewall(ids);
  },
};

interface Rule {
  readonly securityGroupId: string;
  readonly key: string;
  readonly traffic: Traffic;
  /** The range of the deployment's network. */
  readonly cidr: string;
  /** Security groups by group. */
  readonly ids: Readonly<Record<string, string>>;
}

function addRules(scope: Construct, { securityGroupId, key, traffic, cidr, ids }: Rule): void {
  const { direction, from = "anywhere" } = traffic;
  const Rule = direction === "outbound" ? VpcSecurityGroupEgressRule : VpcSecurityGroupIngressRule;
  const shared = { securityGroupId, description: key, ...portsOf(traffic) };
  for (const network of networksOf(from, cidr))
    new Rule(scope, idOf(network, from), {
      ...shared,
      ...(network.includes(":") ? { cidrIpv6: network, ...icmpv6(traffic) } : { cidrIpv4: network }),
    });
  for (const group of groupsOf(from))
    new Rule(scope, `group-${group}`, { ...shared, referencedSecurityGroupId: ids[group] ?? "" });
}

/** A network as part of an address: `10.0.0.0/8` → `10-0-0-0-8`. */
function idOf(network: string, from: Sources): string {
  if (from === "network") return "network";
  if (from === "anywhere") return network.includes(":") ? "ipv6" : "ipv4";
  return network.replaceAll(/[./]/g, "-");
}

function portsOf({ protocol, ports }: Traffic): { ipProtocol: string; fromPort: number; toPort: number } {
  const range = ports === undefined ? undefined : parsePorts(ports);
  return { ipProtocol: protocol, fromPort: range?.first ?? -1, toPort: range?.last ?? -1 };
}

/** ICMP has a protocol of its own in IPv6. */
function icmpv6({ protocol }: Traffic): { ipProtocol?: string } {
  return protocol === "icmp" ? { ipProtocol: "icmpv6" } : {};
}

function allowAllOutbound(scope: Construct, securityGroupId: string): void {
  for (const [id, network] of [
    ["outbound_ipv4", { cidrIpv4: "0.0.0.0/0" }],
    ["outbound_ipv6", { cidrIpv6: "::/0" }],
  ] as const)
    new VpcSecurityGroupEgressRule(scope, id, { securityGroupId, description: "all", ipProtocol: "-1", ...network });
}

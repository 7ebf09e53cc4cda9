import { ApplicationSecurityGroup } from "@cdktf/provider-azurerm/lib/application-security-group";
import { NetworkSecurityGroup } from "@cdktf/provider-azurerm/lib/network-security-group";
import { NetworkSecurityRule, type NetworkSecurityRuleConfig } from "@cdktf/provider-azurerm/lib/network-security-rule";
import { type AdapterOf, azurePlace, type Construct, forEachEntry, resourceName } from "@infra/core";
import { checkPriorities, priorities, priorityOf } from "./priorities.js";
import type { FirewallContract } from "../contract.js";
import { KnownFirewall } from "../known-firewall.js";
import { groupsOf, networksOf, type Sources, type Traffic } from "../rules.js";

/** Longest name of a group or rule. */
const maxLength = 80;

/**
 * A network security group per group, with one rule resource per rule, and an application security group that stands for its servers in
 * rules of others. What azure itself allows, all traffic of the virtual network and of peered ones, is denied unless a rule allows it.
 */
export const azure: AdapterOf<FirewallContract> = {
  build(scope, { groups }, { network }) {
    // All groups first: a rule may name any of them.
    const made = forEachEntry(scope, ["groups"], groups, (entry, { rules }, name) => {
      checkPriorities(entry, rules);
      const shared = { ...azurePlace(entry), name: resourceName(entry, [name], { maxLength }) };
      const { id: membershipId } = new ApplicationSecurityGroup(entry, "group_members", shared);
      return { entry, membershipId, group: new NetworkSecurityGroup(entry, "Default", shared) };
    });
    const membershipIds = mapValues(made, (each) => each.membershipId);
    for (const [name, { entry, group }] of Object.entries(made)) {
      const { rules = {}, privateTraffic } = groups[name] ?? {};
      const add = adderOf(name, group);
      forEachEntry(entry, ["rules"], rules, (ruleEntry, traffic, key) => {
        add(ruleEntry, "Default", [key], ruleOf(key, traffic, network.cidr, membershipIds));
      });
      if (privateTraffic === "allow")
        add(entry, "private_traffic", ["all", "private"], allow(priorities.privateTraffic, network.cidr));
      // Load balancers find out which servers are well from an address of azure's own.
      add(entry, "load_balancers", ["all", "balanced"], allow(priorities.healthChecks, "AzureLoadBalancer"));
      add(entry, "other_inbound", ["other", "inbound"], deny("Inbound"));
      if (Object.values(rules).some(({ direction }) => direction === "outbound"))
        add(entry, "other_outbound", ["other", "outbound"], deny("Outbound"));
    }
    return new KnownFirewall(
      mapValues(made, ({ group }) => group.id),
      membershipIds,
    );
  },
};

/** What a rule says, besides where it stands. */
type Rule = Omit<NetworkSecurityRuleConfig, "name" | "networkSecurityGroupName" | "resourceGroupName">;

/** Adds rules to the security group of a group. */
function adderOf(name: string, group: NetworkSecurityGroup) {
  return (scope: Construct, id: string, words: readonly string[], rule: Rule): void => {
    new NetworkSecurityRule(scope, id, {
      ...rule,
      resourceGroupName: group.resourceGroupName,
      networkSecurityGroupName: group.name,
      name: resourceName(scope, [name, ...words], { maxLength }),
    });
  };
}

const protocols = { tcp: "Tcp", udp: "Udp", icmp: "Icmp" } as const;

function ruleOf(key: string, traffic: Traffic, cidr: string, members: Readonly<Record<string, string>>): Rule {
  const { direction, from = "anywhere", protocol, ports = "*" } = traffic;
  const { prefix, prefixes, groups } = otherSide(from, cidr, members);
  const shared = {
    access: "Allow",
    priority: priorityOf(key),
    protocol: protocols[protocol],
    sourcePortRange: "*",
    destinationPortRange: ports,
  };
  return direction === "outbound"
    ? {
        ...shared,
        direction: "Outbound",
        sourceAddressPrefix: "*",
        destinationAddressPrefix: prefix,
        destinationAddressPrefixes: prefixes,
        destinationApplicationSecurityGroupIds: groups,
      }
    : {
        ...shared,
        direction: "Inbound",
        sourceAddressPrefix: prefix,
        sourceAddressPrefixes: prefixes,
        sourceApplicationSecurityGroupIds: groups,
        destinationAddressPrefix: "*",
      };
}

/** How azure names the other side of a rule, in one of three ways. */
function otherSide(
  from: Sources,
  cidr: string,
  members: Readonly<Record<string, string>>,
): { readonly prefix?: string; readonly prefixes?: string[]; readonly groups?: string[] } {
  const groups = groupsOf(from).map((group) => members[group] ?? "");
  if (groups.length > 0) return { groups };
  return from === "anywhere" ? { prefix: "*" } : { prefixes: [...networksOf(from, cidr)] };
}

/** Traffic of any kind: the servers themselves are on one side of it. */
const everything = {
  protocol: "*",
  sourcePortRange: "*",
  destinationPortRange: "*",
  sourceAddressPrefix: "*",
  destinationAddressPrefix: "*",
};

function allow(priority: number, sourceAddressPrefix: string): Rule {
  return { ...everything, direction: "Inbound", access: "Allow", priority, sourceAddressPrefix };
}

function deny(direction: "Inbound" | "Outbound"): Rule {
  return { ...everything, direction, access: "Deny", priority: priorities.deny };
}

function mapValues<V, R>(map: Readonly<Record<string, V>>, change: (value: V) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

import {
  Firewall,
  type FirewallInboundRule,
  type FirewallOutboundRule,
} from "@cdktf/provider-digitalocean/lib/firewall";
import { Tag } from "@cdktf/provider-digitalocean/lib/tag";
import { type AdapterOf, checkLimit, type Construct, Fn, forEachEntry, resourceName, Token } from "@infra/core";
import type { FirewallContract } from "./contract.js";
import { KnownFirewall } from "./known-firewall.js";
import { groupsOf, networksOf, type Traffic } from "./rules.js";

const everyPort = "1-65535";
const everywhere = ["0.0.0.0/0", "::/0"];

/** A firewall and a tag per group: the firewall protects the droplets that carry the tag, and denies all that no rule allows. */
export const digitalocean: AdapterOf<FirewallContract> = {
  build(scope, { groups }, { network }) {
    // All tags first: a rule may name any of them.
    const tags = forEachEntry(scope, ["groups"], groups, (entry, _group, name) => ({
      entry,
      tag: new Tag(entry, "tag", { name: resourceName(entry, [name]) }).name,
    }));
    const around = { cidr: network.cidr, tagOf: (group: string) => tags[group]?.tag ?? "" };
    const made = Object.entries(tags).map(([name, { entry, tag }]) => {
      const { rules = {}, privateTraffic } = groups[name] ?? {};
      const privately = privateTraffic === "allow" ? [network.cidr] : [];
      const { id } = new Firewall(entry, "Default", {
        name: resourceName(entry, [name]),
        tags: [tag],
        ...checkCount(entry, rulesOf(Object.values(rules), { ...around, privately })),
      });
      // `element` makes droplets wait for the firewall, which their tag cannot.
      return [name, Token.asString(Fn.element([tag, id], 0))] as const;
    });
    return new KnownFirewall(Object.fromEntries(made));
  },
};

/** What the rules of a group are about. */
interface Around {
  /** The range of the deployment's network. */
  readonly cidr: string;
  /** The tag of a group. */
  readonly tagOf: (group: string) => string;
  /** Networks whose traffic is let in, whatever it is. */
  readonly privately: readonly string[];
}

interface Rules {
  readonly inboundRule: FirewallInboundRule[];
  readonly outboundRule: FirewallOutboundRule[];
}

function rulesOf(rules: readonly Traffic[], { privately, ...around }: Around): Rules {
  const inbound = rules.filter(({ direction }) => direction !== "outbound");
  const outbound = rules.filter(({ direction }) => direction === "outbound");
  return {
    inboundRule: [
      ...inbound.map((traffic) => {
        const { addresses, tags: sourceTags } = sidesOf(traffic, around);
        return { ...portsOf(traffic), sourceAddresses: addresses, sourceTags };
      }),
      ...(privately.length > 0 ? all().map((ports) => ({ ...ports, sourceAddresses: [...privately] })) : []),
    ],
    outboundRule:
      outbound.length === 0
        ? all().map((ports) => ({ ...ports, destinationAddresses: everywhere }))
        : outbound.map((traffic) => {
            const { addresses, tags: destinationTags } = sidesOf(traffic, around);
            return { ...portsOf(traffic), destinationAddresses: addresses, destinationTags };
          }),
  };
}

/** The other side of a rule. */
function sidesOf({ from = "anywhere" }: Traffic, { cidr, tagOf }: Omit<Around, "privately">) {
  return { addresses: [...networksOf(from, cidr)], tags: groupsOf(from).map(tagOf) };
}

function portsOf({ protocol, ports }: Traffic): { protocol: string; portRange?: string } {
  return { protocol, ...(ports === undefined ? {} : { portRange: ports }) };
}

/** All traffic, protocol by protocol. */
function all() {
  return [{ protocol: "tcp", portRange: everyPort }, { protocol: "udp", portRange: everyPort }, { protocol: "icmp" }];
}

function checkCount(entry: Construct, rules: Rules): Rules {
  checkLimit(entry, ["rules"], "firewallRules", rules.inboundRule.length + rules.outboundRule.length);
  return rules;
}

import { type AdapterOf, checkLimit, forEachEntry, resourceName, unsupported } from "@infra/core";
import { Firewall } from "@infra/provider-hcloud/lib/firewall";
import type { FirewallContract } from "./contract.js";
import { KnownFirewall } from "./known-firewall.js";
import { networksOf, type Traffic } from "./rules.js";

/** A firewall of Hetzner Cloud per group. It filters public traffic only: Hetzner lets all traffic of a private network through. */
export const hetzner: AdapterOf<FirewallContract> = {
  lacks: {
    filteredPrivateTraffic: unsupported(
      "the firewalls of Hetzner do not filter traffic of a private network",
      "Write `privateTraffic: allow`, or filter on the servers themselves",
    ),
    sourceGroups: unsupported(
      "the firewalls of Hetzner see public traffic only, in which servers are known by their addresses",
      "Let the groups talk over the private network, which needs no rule, or list addresses in `from`",
    ),
  },
  build(scope, { groups }, { network }) {
    const ids = forEachEntry(scope, ["groups"], groups, (entry, { rules }, name) => {
      checkLimit(entry, ["rules"], "firewallRules", Object.keys(rules).length);
      for (const [key, { from = "anywhere" }] of Object.entries(rules))
        checkLimit(entry, ["rules", key, "from"], "firewallSources", networksOf(from, network.cidr).length);
      const firewall = new Firewall(entry, "Default", {
        name: resourceName(entry, [name]),
        rule: Object.entries(rules).map(([key, traffic]) => ruleOf(key, traffic, network.cidr)),
      });
      return firewall.id;
    });
    return new KnownFirewall(ids);
  },
};

function ruleOf(description: string, { direction, protocol, ports, from = "anywhere" }: Traffic, cidr: string) {
  const networks = [...networksOf(from, cidr)];
  return {
    description,
    direction: direction === "outbound" ? "out" : "in",
    protocol,
    ...(ports === undefined ? {} : { port: ports }),
    ...(direction === "outbound" ? { destinationIps: networks } : { sourceIps: networks }),
  };
}

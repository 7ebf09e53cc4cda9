import { type AdapterOf, type Construct, problemAt, unsupported } from "@infra/core";
import { SpaceInboundRuleset } from "@infra/provider-heroku/lib/space-inbound-ruleset";
import { isDeepStrictEqual } from "node:util";
import type { FirewallContract } from "./contract.js";
import { KnownFirewall } from "./known-firewall.js";
import { networksOf, type Traffic } from "./rules.js";

const everywhere = "0.0.0.0/0";

/**
 * The inbound rules of a private space. They say who may reach it, not on which port: the router of the space answers on 80 and 443, and
 * nothing else does.
 */
export const heroku: AdapterOf<FirewallContract> = {
  lacks: {
    filteredPrivateTraffic: unsupported(
      "Heroku does not filter traffic inside a private space",
      "Write `privateTraffic: allow`",
    ),
    outboundRules: unsupported("Heroku does not filter outbound traffic", "Remove the rules for outbound traffic"),
    sourceGroups: unsupported(
      "the rules of a private space know networks only",
      "List networks in `from`; groups of one space reach each other without a rule",
    ),
    otherThanWeb: unsupported(
      "only HTTP and HTTPS on ports 80 and 443 reach a private space of Heroku",
      "Remove the rule, or choose another cloud",
    ),
    groupsThatDiffer: unsupported(
      "a private space of Heroku has one set of rules, for all groups",
      "Give all groups the same rules, or each group a deployment of its own",
    ),
  },
  build(scope, { groups }, { network }) {
    if (network.subnetNames === undefined) throw ownedByOther(scope);
    const [rules = {}] = Object.values(groups).map((group) => group.rules);
    const { space } = new SpaceInboundRuleset(scope, "Default", {
      space: network.id,
      rule: rulesOf(sourcesOf(scope, Object.entries(rules), network.cidr)),
    });
    return new KnownFirewall(Object.fromEntries(Object.keys(groups).map((name) => [name, space])));
  },
};

/** The networks that all rules name; rules that differ in them cannot be told apart by their ports. */
function sourcesOf(scope: Construct, rules: readonly (readonly [string, Traffic])[], cidr: string): readonly string[] {
  const [first, ...others] = rules.map(([key, { from = "anywhere" }]) => {
    const networks = networksOf(from, cidr).filter((network) => !network.includes(":"));
    return { key, networks: [...networks].sort() };
  });
  const other = others.find(({ networks }) => !isDeepStrictEqual(networks, first?.networks));
  if (other === undefined) return first?.networks ?? [];
  throw problemAt(
    scope,
    ["groups"],
    `heroku: the rules ${first?.key ?? ""} and ${other.key} name different networks, and a private space has no rules for single ports`,
    "Write the same `from` in all rules",
  );
}

/** What no rule names is denied; with no rule at all, everything is. */
function rulesOf(sources: readonly string[]) {
  if (sources.length === 0) return [{ action: "deny", source: everywhere }];
  return sources.map((source) => ({ action: "allow", source }));
}

function ownedByOther(scope: Construct) {
  return problemAt(
    scope,
    ["groups"],
    "heroku: a private space has one set of inbound rules, which belongs to the deployment that makes the space",
    "Give this deployment a network of its own, or add its groups to the other deployment",
  );
}

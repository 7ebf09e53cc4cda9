import { type Plan, type PlannedResource, refersTo } from "../plan.js";
import type { Rule } from "../rule.js";

/** A server of Hetzner or DigitalOcean with a public address that no firewall stands before is open on every port. */
export const unfilteredServer: Rule = {
  id: "unfiltered-server",
  demands: "a firewall stands before every server with a public address",
  why: "these clouds let everything in that no firewall refuses",
  types: { hetzner: ["hcloud_server"], digitalocean: ["digitalocean_droplet"] },
  check(server, plan) {
    const isFiltered = server.type === "hcloud_server" ? isBehindHetznerFirewall : isBehindDigitaloceanFirewall;
    if (isFiltered(server, plan)) return [];
    return [{ message: "no firewall stands before it", remedy: "Put it into a group of a firewall" }];
  },
};

function isBehindHetznerFirewall(server: PlannedResource, plan: Plan): boolean {
  const nets = server.values.at("public_net").items();
  const isPrivate =
    nets.length > 0 && nets.every((net) => net.at("ipv4_enabled").is(false) && net.at("ipv6_enabled").is(false));
  const own = server.values.at("firewall_ids");
  return (
    isPrivate ||
    own.isUnknown ||
    own.items().length > 0 ||
    isNamedBy(server, plan, "hcloud_firewall_attachment", "server_ids")
  );
}

function isBehindDigitaloceanFirewall(server: PlannedResource, plan: Plan): boolean {
  if (isNamedBy(server, plan, "digitalocean_firewall", "droplet_ids")) return true;
  const tags = server.values.at("tags").texts();
  const written = JSON.stringify(server.expressions["tags"] ?? "");
  return plan.resources.some(({ type, values, expressions }) => {
    if (type !== "digitalocean_firewall") return false;
    if (
      values
        .at("tags")
        .texts()
        .some((tag) => tags.includes(tag))
    )
      return true;
    const named = JSON.stringify(expressions["tags"] ?? "").match(/digitalocean_tag\.[\w-]+/g) ?? [];
    return named.some((tag) => written.includes(tag));
  });
}

function isNamedBy(server: PlannedResource, { resources }: Plan, by: string, attribute: string): boolean {
  return resources.some(({ type, expressions }) => type === by && refersTo(expressions[attribute], server));
}

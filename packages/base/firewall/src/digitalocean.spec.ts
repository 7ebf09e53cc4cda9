import { Firewall } from "@infra/base-firewall";
import { Network } from "@infra/cloud-network";
import { synthesizeIn } from "@infra/core/testing";
import { describe, expect, it } from "vitest";

const firewalls = (groups: object) => {
  const { configuration } = synthesizeIn("digitalocean", (stack) => {
    const network = new Network(stack, "network", { cidr: "10.20.0.0/16" });
    return { id: new Firewall(stack, "firewall", { network, groups } as never).node.id };
  });
  return configuration.resource?.["digitalocean_firewall"] as Record<string, Record<string, unknown>>;
};

describe("a firewall of DigitalOcean", () => {
  it("protects the droplets of its group only, whatever labels they share with others", () => {
    expect(firewalls({ web: {} })["firewall_web"]?.["tags"]).toEqual(["${digitalocean_tag.firewall_web_tag.name}"]);
  });

  it("lets nothing in when private traffic follows rules and there are none", () => {
    expect(firewalls({ web: { privateTraffic: "rules" } })["firewall_web"]?.["inbound_rule"]).toEqual([]);
  });

  it("lets nothing out but what the rules say, when a rule is about outbound traffic", () => {
    const dns = { direction: "outbound", protocol: "udp", ports: "53" };
    expect(firewalls({ web: { rules: { dns } } })["firewall_web"]?.["outbound_rule"]).toEqual([
      expect.objectContaining({ protocol: "udp", port_range: "53" }),
    ]);
  });
});

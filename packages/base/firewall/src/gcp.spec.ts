import { Firewall } from "@infra/base-firewall";
import type { INetwork } from "@infra/core";
import { InfraError } from "@infra/inventory";
import { synthesizeIn } from "@infra/core/testing";
import { describe, expect, it } from "vitest";

const network = { id: "net", cidr: "10.20.0.0/16" } as INetwork;
const dns = { direction: "outbound", protocol: "udp", ports: "53" } as const;

function rulesOf(rules: object): Record<string, Record<string, unknown>> {
  const { configuration } = synthesizeIn("gcp", (stack) => {
    const firewall = new Firewall(stack, "firewall", { network, groups: { web: { rules }, db: {} } } as never);
    return { tag: firewall.firewallId("web") };
  });
  return configuration.resource?.["google_compute_firewall"] as Record<string, Record<string, unknown>>;
}

describe("a firewall on gcp", () => {
  it("denies all other outbound traffic once a rule allows some, and not before", () => {
    expect(Object.keys(rulesOf({ dns }))).toContain("firewall_web_other_outbound");
    expect(Object.keys(rulesOf({}))).not.toContain("firewall_web_other_outbound");
    const { firewall_web_dns: allow, firewall_web_other_outbound: deny } = rulesOf({ dns });
    expect(allow?.["priority"]).toBeUndefined();
    expect(deny).toMatchObject({ direction: "EGRESS", priority: 65_000, deny: [{ protocol: "all" }] });
  });

  it("knows groups of servers by their tags", () => {
    const { firewall_web_ping: ping } = rulesOf({ ping: { protocol: "icmp", from: { groups: ["db"] } } });
    expect(ping).toMatchObject({
      source_tags: ["acme-production-test-db"],
      target_tags: ["acme-production-test-web"],
    });
  });

  it("refuses a rule for traffic to a group, and names its line", () => {
    const action = () => rulesOf({ dns: { ...dns, from: { groups: ["db"] } } });
    expect(action).toThrow(InfraError);
    expect(action).toThrow(/groups\.web\.rules\.dns\.from.*cannot name groups of servers/s);
  });
});

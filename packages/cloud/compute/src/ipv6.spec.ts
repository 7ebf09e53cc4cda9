import { Firewall } from "@infra/base-firewall";
import { Compute } from "@infra/cloud-compute";
import { Network } from "@infra/cloud-network";
import type { ProviderName } from "@infra/inventory";
import { synthesizeIn } from "@infra/core/testing";
import { describe, expect, it } from "vitest";

const synthesized = (provider: ProviderName, group: object) =>
  synthesizeIn(provider, (stack) => {
    const network = new Network(stack, "network", { cidr: "10.20.0.0/16" });
    const firewall = new Firewall(stack, "firewall", { network, groups: { web: {} } });
    return {
      server: new Compute(stack, "compute", { network, firewall, groups: { web: group } }).groups["web"]?.["web-1"],
    };
  }).configuration;

const clouds = [
  ["hetzner", "hcloud_server", { public_net: [{ ipv6_enabled: true }] }, { public_net: [{ ipv6_enabled: false }] }],
  ["digitalocean", "digitalocean_droplet", { ipv6: true }, { ipv6: false }],
] as const;

describe.each(clouds)("the IPv6 addresses of servers on %s", (provider, type, on, off) => {
  it.each([
    ["there when nothing is said", {}, on, true],
    ["there when they are asked for", { ipv6: "public" }, on, true],
    ["not there when none are wanted", { ipv6: "none" }, off, false],
  ])("are %s", (_name, group, attributes, isThere) => {
    const { resource, output } = synthesized(provider, group);
    expect(resource?.[type]?.["compute_web_1"]).toMatchObject(attributes);
    expect("publicIpv6" in (output?.["server"] as { value: object }).value).toBe(isThere);
  });
});

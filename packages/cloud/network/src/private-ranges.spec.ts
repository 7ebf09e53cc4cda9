import { Network } from "@infra/cloud-network";
import { synthesizeIn } from "@infra/core/testing";
import { type ProviderName, providerNames } from "@infra/inventory";
import { describe, expect, it } from "vitest";

const synthesized = (provider: ProviderName, props: object) =>
  synthesizeIn(provider, (stack) => ({ id: new Network(stack, "network", props as { cidr: string }).id }));

describe("the range of a network", () => {
  it.each([
    "8.8.8.0/24",
    "127.0.0.0/16",
    "169.254.0.0/16",
    "224.0.0.0/8",
    "192.0.2.0/24",
    "172.32.0.0/16",
    "0.0.0.0/8",
  ])("is private on every cloud: not %s", (cidr) => {
    for (const provider of providerNames)
      expect(() => synthesized(provider, { cidr }), provider).toThrow(/cidr: .*is not a private range/);
  });

  it("of a peered network is private too", () => {
    const peering = { other: { network: "vpc-0123456789abcdef0", cidr: "8.8.8.0/24" } };
    expect(() => synthesized("aws", { cidr: "10.0.0.0/16", peering })).toThrow(
      /peering\.other\.cidr: "8\.8\.8\.0\/24" is not a private range/,
    );
  });

  it.each([
    ["hetzner", "10.0.0.0/28", /hetzner: "10\.0\.0\.0\/28" is smaller than a \/24/],
    ["hetzner", "100.64.0.0/16", /is not a range for private networks there/],
    ["digitalocean", "10.244.0.0/16", /overlaps 10\.244\.0\.0\/16, which the cloud keeps for itself/],
    ["digitalocean", "10.229.8.0/24", /overlaps 10\.229\.0\.0\/16/],
    ["digitalocean", "198.18.0.0/16", /is not a range for private networks there/],
    ["aws", "10.0.0.0/12", /larger than a \/16/],
  ] as const)("is one that %s takes: not %s", (provider, cidr, message) => {
    expect(() => synthesized(provider, { cidr })).toThrow(message);
  });

  it.each([
    ["hetzner", "10.0.0.0/24"],
    ["gcp", "100.64.0.0/16"],
    ["aws", "198.18.0.0/16"],
    ["digitalocean", "10.20.0.0/16"],
  ] as const)("may be any other: on %s %s", (provider, cidr) => {
    expect(() => synthesized(provider, { cidr })).not.toThrow();
  });
});

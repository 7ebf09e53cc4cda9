import type { CloudContract, INetwork } from "@infra/core";
import { cidr, domainName, mapOf, orReference, rule } from "@infra/inventory";
import { z } from "zod";
import { findPlanProblems } from "./plan.js";

const subnet = z.strictObject({
  cidr: cidr()
    .optional()
    .describe("IPv4 range inside the network's, such as 10.20.1.0/24; by default a free /24 that the name decides"),
  public: z.boolean().default(true).describe("may servers in it have public addresses"),
  zone: z.enum(["a", "b", "c"]).optional().describe("letter of the zone in the region; by default the cloud chooses"),
});

const peering = z.strictObject({
  network: orReference(z.string().min(1)).describe(
    "the provider's id of the other network, or { output: <deployment>.network.id }",
  ),
  cidr: cidr().describe("IPv4 range of the other network"),
});

/** What a user may say of a network. */
export const networkConfig = rule(
  z.strictObject({
    cidr: cidr().describe("IPv4 range of the whole network, /8 to /28, such as 10.20.0.0/16"),
    subnets: mapOf(subnet)
      .default({ default: { public: true } })
      .describe("subnets by name; by default one, named default"),
    nat: z
      .boolean()
      .default(false)
      .describe("do servers without public addresses reach the internet, through a NAT gateway of the cloud"),
    peering: mapOf(peering)
      .default({})
      .describe("other networks that this one reaches, by name; the other side names this network in the same way"),
    dnsSuffix: domainName().optional().describe("domain of private names in the network; by default the cloud's own"),
  }),
  (config) => findPlanProblems(config),
);

/** Input of a Network. */
export type NetworkProps = z.input<typeof networkConfig>;

type Feature = "dnsSuffix" | "nat" | "peering" | "privateSubnets" | "severalSubnets" | "subnetRanges" | "zones";

/** The contract's type, for its adapters. */
export type NetworkContract = CloudContract<typeof networkConfig, undefined, INetwork, Feature>;

/** A network's configuration, checked and with its defaults. */
export type NetworkConfig = z.output<typeof networkConfig>;

/** What a network is, on every cloud. */
export const networkContract: NetworkContract = {
  name: "network",
  adapters: "per cloud",
  config: networkConfig,
  features: {
    severalSubnets: {
      description: "more than one subnet",
      usedAt: ({ subnets }) =>
        Object.keys(subnets)
          .slice(1)
          .map((name) => ["subnets", name]),
    },
    subnetRanges: {
      description: "subnets with ranges that the inventory chooses",
      usedAt: subnetsWith("cidr", ({ cidr: range }) => range !== undefined),
    },
    privateSubnets: {
      description: "subnets whose servers have no public addresses",
      usedAt: subnetsWith("public", ({ public: open }) => !open),
    },
    zones: { description: "a subnet in a zone of the region", usedAt: subnetsWith("zone", ({ zone }) => !!zone) },
    nat: { description: "a way out for servers without public addresses", usedAt: ({ nat }) => (nat ? [["nat"]] : []) },
    peering: {
      description: "peering with another network of the same account",
      usedAt: ({ peering: peers }) => Object.keys(peers).map((name) => ["peering", name]),
    },
    dnsSuffix: {
      description: "a domain of private names",
      usedAt: ({ dnsSuffix }) => (dnsSuffix === undefined ? [] : [["dnsSuffix"]]),
    },
  },
};

function subnetsWith(key: string, uses: (subnet: NetworkConfig["subnets"][string]) => boolean) {
  return ({ subnets }: NetworkConfig) =>
    Object.entries(subnets).flatMap(([name, each]) => (uses(each) ? [["subnets", name, key]] : []));
}

import {
  type Construct,
  type Contract,
  type DeploymentStack,
  type INetwork,
  Module,
  type Reference,
  cidr,
  domainName,
  mapOf,
  orReference,
  rule,
  type Zone,
} from "@infra/core";
import { z } from "zod";
import { findPlanProblems } from "./plan.js";
import { ReferencedNetwork } from "./referenced-network.js";

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
export type NetworkContract = Contract<typeof networkConfig, undefined, INetwork, Feature>;

/** A network's configuration, checked and with its defaults. */
export type NetworkConfig = z.output<typeof networkConfig>;

/** What a network is, on every cloud. */
export const networkContract: NetworkContract = {
  name: "network",
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
  adapters: {
    aws: () => (require("./aws.js") as typeof import("./aws.js")).aws,
    gcp: () => (require("./gcp.js") as typeof import("./gcp.js")).gcp,
    azure: () => (require("./azure.js") as typeof import("./azure.js")).azure,
    oracle: () => (require("./oracle.js") as typeof import("./oracle.js")).oracle,
    hetzner: () => (require("./hetzner.js") as typeof import("./hetzner.js")).hetzner,
    heroku: () => (require("./heroku.js") as typeof import("./heroku.js")).heroku,
    digitalocean: () => (require("./digitalocean.js") as typeof import("./digitalocean.js")).digitalocean,
  },
};

function subnetsWith(key: string, uses: (subnet: NetworkConfig["subnets"][string]) => boolean) {
  return ({ subnets }: NetworkConfig) =>
    Object.entries(subnets).flatMap(([name, each]) => (uses(each) ? [["subnets", name, key]] : []));
}

/** A private network with subnets. */
export class Network extends Module<typeof networkConfig, undefined, INetwork> implements INetwork {
  /** @throws InfraError for subnets that overlap or do not fit, and for what the cloud lacks. */
  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id, networkContract, props, undefined);
  }

  /** The network of another deployment, `{ output: compute.network }`. */
  static fromReference(stack: DeploymentStack, reference: Reference): INetwork {
    return new ReferencedNetwork(stack.outputOf(reference));
  }

  get id(): string {
    return this.outputs.id;
  }

  get cidr(): string {
    return this.outputs.cidr;
  }

  get subnetNames(): readonly string[] | undefined {
    return this.outputs.subnetNames;
  }

  subnetId(name: string): string {
    return this.outputs.subnetId(name);
  }

  subnetCidr(name: string): string | undefined {
    return this.outputs.subnetCidr(name);
  }

  get peeringIds(): Readonly<Record<string, string>> {
    return this.outputs.peeringIds;
  }

  isPublic(name: string): boolean | undefined {
    return this.outputs.isPublic(name);
  }

  subnetZone(name: string): Zone | undefined {
    return this.outputs.subnetZone(name);
  }
}

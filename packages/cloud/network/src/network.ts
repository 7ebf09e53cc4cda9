import {
  type Construct,
  type Contract,
  type DeploymentStack,
  type INetwork,
  Module,
  type Reference,
  mapOf,
  cidr,
  rule,
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

/** What a user may say of a network. */
export const networkConfig = rule(
  z.strictObject({
    cidr: cidr().describe("IPv4 range of the whole network, /8 to /28, such as 10.20.0.0/16"),
    subnets: mapOf(subnet)
      .default({ default: { public: true } })
      .describe("subnets by name; by default one, named default"),
  }),
  (config) => findPlanProblems(config),
);

/** Input of a Network. */
export type NetworkProps = z.input<typeof networkConfig>;

type Feature = "zones";

/** The contract's type, for its adapters. */
export type NetworkContract = Contract<typeof networkConfig, undefined, INetwork, Feature>;

/** What a network is, on every cloud. */
export const networkContract: NetworkContract = {
  name: "network",
  config: networkConfig,
  features: {
    zones: {
      description: "a subnet in a zone of the region",
      usedAt: ({ subnets }) =>
        Object.keys(subnets).flatMap((name) => (subnets[name]?.zone ? [["subnets", name, "zone"]] : [])),
    },
  },
  adapters: {
    aws: () => (require("./aws.js") as typeof import("./aws.js")).aws,
    hetzner: () => (require("./hetzner.js") as typeof import("./hetzner.js")).hetzner,
  },
};

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

  isPublic(name: string): boolean | undefined {
    return this.outputs.isPublic(name);
  }
}

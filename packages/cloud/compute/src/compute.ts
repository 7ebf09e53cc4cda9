import {
  type Construct,
  type Contract,
  type ICompute,
  type IFirewall,
  type IInstance,
  type INetwork,
  type ISsh,
  mapOf,
  Module,
} from "@infra/core";
import { z } from "zod";
import { type Group, groupConfig } from "./group.js";

/** What a user may say of servers. */
export const computeConfig = z.strictObject({
  groups: mapOf(groupConfig).describe("groups of servers by name; the servers are named <group>-1, <group>-2, …"),
});

/** Input of a Compute. */
export type ComputeProps = z.input<typeof computeConfig>;

/** What servers need of other modules. */
export interface ComputePeers {
  readonly network: INetwork;
  readonly firewall: IFirewall;
  readonly ssh: ISsh;
}

type Feature = "firstAddress" | "placementSpread" | "privateInChosenSubnet" | "publicAddress" | "volumes";

/** The contract's type, for its adapters. */
export type ComputeContract = Contract<typeof computeConfig, ComputePeers, ICompute, Feature>;

/** What servers are, on every cloud. */
export const computeContract: ComputeContract = {
  name: "compute",
  config: computeConfig,
  features: {
    publicAddress: {
      description: "public addresses",
      usedAt: groupsWith("publicAddress", (group) => group.publicAddress),
    },
    firstAddress: {
      description: "private addresses that the inventory chooses",
      usedAt: groupsWith("firstAddress", (group) => group.firstAddress !== undefined),
    },
    privateInChosenSubnet: {
      description:
        "servers without public addresses in a subnet other than `default`, at addresses that the cloud chooses",
      usedAt: groupsWith(
        "subnet",
        (group) => !group.publicAddress && group.subnet !== "default" && group.firstAddress === undefined,
      ),
    },
    placementSpread: {
      description: "no two servers of a group on one physical host",
      usedAt: groupsWith("placement", (group) => group.placement === "spread"),
    },
    volumes: {
      description: "data volumes",
      usedAt: groupsWith("volumes", (group) => Object.keys(group.volumes).length > 0),
    },
  },
  adapters: {
    aws: () => (require("./aws.js") as typeof import("./aws.js")).aws,
    hetzner: () => (require("./hetzner.js") as typeof import("./hetzner.js")).hetzner,
  },
};

function groupsWith(key: keyof Group, uses: (group: Group) => boolean) {
  return ({ groups }: { groups: Record<string, Group> }) =>
    Object.entries(groups).flatMap(([name, group]) => (uses(group) ? [["groups", name, key]] : []));
}

/** Groups of servers in a network, behind firewalls, with SSH keys and without passwords. */
export class Compute extends Module<typeof computeConfig, ComputePeers, ICompute> implements ICompute {
  /** @throws InfraError for bad groups, and for what the cloud lacks. */
  constructor(scope: Construct, id: string, { network, firewall, ssh, ...props }: ComputeProps & ComputePeers) {
    super(scope, id, computeContract, props, { network, firewall, ssh });
  }

  get groups(): Readonly<Record<string, Readonly<Record<string, IInstance>>>> {
    return this.outputs.groups;
  }
}

import type { CloudContract, ICompute, IFirewall, INetwork, ISsh } from "@infra/core";
import { mapOf } from "@infra/inventory";
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
  /** Who may log in. @default - nobody */
  readonly ssh?: ISsh | undefined;
}

type Feature =
  | "arm64"
  | "autoscaling"
  | "cloudInit"
  | "firstAddress"
  | "httpHealthCheck"
  | "images"
  | "labels"
  | "loadBalancer"
  | "placementSpread"
  | "portTranslation"
  | "privateInChosenSubnet"
  | "privateIpv6"
  | "privateServers"
  | "publicAddress"
  | "publicIpv6"
  | "sshKeys"
  | "volumes";

/** The contract's type, for its adapters. */
export type ComputeContract = CloudContract<typeof computeConfig, ComputePeers, ICompute, Feature>;

/** What servers are, on every cloud. */
export const computeContract: ComputeContract = {
  name: "compute",
  adapters: "per cloud",
  config: computeConfig,
  features: {
    images: {
      description: "an image of the operating system, by name",
      usedAt: groupsWith("image", ({ image }) => image !== undefined),
    },
    arm64: {
      description: "servers with arm64 processors",
      usedAt: groupsWith("architecture", ({ architecture }) => architecture === "arm64"),
    },
    publicAddress: {
      description: "public addresses",
      usedAt: groupsWith("publicAddress", ({ publicAddress }) => publicAddress),
    },
    privateServers: {
      description: "servers without public addresses",
      usedAt: groupsWith("publicAddress", ({ publicAddress }) => !publicAddress),
    },
    publicIpv6: {
      description: "public IPv6 addresses",
      usedAt: groupsWith("ipv6", ({ ipv6 }) => ipv6 === "public"),
    },
    privateIpv6: {
      description: "private IPv6 addresses",
      usedAt: groupsWith("ipv6", ({ ipv6 }) => ipv6 === "private"),
    },
    firstAddress: {
      description: "private addresses that the inventory chooses",
      usedAt: groupsWith("firstAddress", ({ firstAddress }) => firstAddress !== undefined),
    },
    privateInChosenSubnet: {
      description:
        "servers without public addresses in a subnet other than `default`, at addresses that the cloud chooses",
      usedAt: groupsWith(
        "subnet",
        ({ publicAddress, subnet, firstAddress }) =>
          !publicAddress && subnet !== "default" && firstAddress === undefined,
      ),
    },
    placementSpread: {
      description: "no two servers of a group on one physical host",
      usedAt: groupsWith("placement", ({ placement }) => placement === "spread"),
    },
    volumes: {
      description: "data volumes",
      usedAt: groupsWith("volumes", ({ volumes }) => Object.keys(volumes).length > 0),
    },
    loadBalancer: {
      description: "a load balancer",
      usedAt: groupsWith("loadBalancer", ({ loadBalancer }) => loadBalancer !== undefined),
    },
    portTranslation: {
      description: "a load balancer whose servers listen on another port",
      usedAt: groupsWith("loadBalancer", ({ loadBalancer }) =>
        Object.values(loadBalancer?.listeners ?? {}).some(
          ({ port, targetPort }) => targetPort !== undefined && targetPort !== port,
        ),
      ),
    },
    httpHealthCheck: {
      description: "a load balancer that asks servers over HTTP whether they are well",
      usedAt: groupsWith("loadBalancer", ({ loadBalancer }) => loadBalancer?.healthCheck.protocol === "http"),
    },
    autoscaling: {
      description: "as many servers as the load needs",
      usedAt: groupsWith("autoscaling", ({ autoscaling }) => autoscaling !== undefined),
    },
    cloudInit: {
      description: "configuration at the first boot",
      usedAt: groupsWith("cloudInit", ({ cloudInit }) => cloudInit !== undefined),
    },
    labels: {
      description: "labels of a group's own",
      usedAt: groupsWith("labels", ({ labels }) => Object.keys(labels).length > 0),
    },
    sshKeys: {
      description: "the choice of who may log in",
      usedAt: groupsWith("sshKeys", ({ sshKeys }) => sshKeys !== undefined),
    },
  },
};

function groupsWith(key: keyof Group, uses: (group: Group) => boolean) {
  return ({ groups }: { groups: Record<string, Group> }) =>
    Object.entries(groups).flatMap(([name, group]) => (uses(group) ? [["groups", name, key]] : []));
}

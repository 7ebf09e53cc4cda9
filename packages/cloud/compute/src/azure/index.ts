import { AvailabilitySet } from "@cdktf/provider-azurerm/lib/availability-set";
import { type AdapterOf, azurePlace, type Construct, type INetwork, problemAt, resourceName } from "@infra/core";
import { type Kind, server } from "./instance.js";
import { loadBalancer } from "./load-balancer.js";
import { pool } from "./pool.js";
import type { ComputeContract } from "../contract.js";
import { findSharedDevice, unitOf } from "../devices.js";
import { checkCase } from "../labels.js";
import type { Group } from "../group.js";
import { ipv4Only } from "../ipv6.js";
import { buildGroups, imageOf, sizeOf } from "../servers.js";

/**
 * Azure spreads servers over at most this many update domains, and over two racks everywhere; to be checked against
 * https://learn.microsoft.com/en-us/azure/virtual-machines/availability-set-overview.
 */
const spreadLimit = { updateDomains: 20, faultDomains: 2 };

/** Virtual machines with trusted launch. Azure encrypts their disks; encryption at the host is a feature that few subscriptions have on. */
export const azure: AdapterOf<ComputeContract> = {
  lacks: {
    ...ipv4Only("Azure"),
  },
  build(scope, { groups }, peers) {
    return buildGroups(scope, groups, peers, (entry, group, name) => {
      checkGroup(entry, group, peers.network);
      checkCase(entry, group);
      const kind = kindOf(entry, group, name, peers.firewall.membershipId?.(name));
      // Before the servers: a pool names it.
      const balancer = group.loadBalancer && loadBalancer(entry, name, group.loadBalancer);
      return {
        server: (plan) => {
          const { instance, networkInterfaceId } = server(entry, plan, kind);
          balancer?.add(plan.name, networkInterfaceId);
          return instance;
        },
        pool: (plan) => pool(entry, name, plan, kind, balancer?.backendAddressPoolId),
        ...(balancer ? { loadBalancer: () => ({ address: balancer.address }) } : {}),
      };
    });
  },
};

function kindOf(entry: Construct, group: Group, name: string, membershipId: string | undefined): Kind {
  const { publisher = "", offer = "", sku = "" } = imageOf(entry, group);
  return {
    size: sizeOf(entry, group, group.native?.azure?.vmSize).name,
    image: { publisher, offer, sku, version: "latest" },
    architecture: group.architecture,
    membershipId,
    ...(group.placement === "spread" ? { availabilitySetId: availabilitySet(entry, name) } : {}),
  };
}

function checkGroup(entry: Construct, { placement, count = 1, volumes, subnet }: Group, network: INetwork): void {
  if (placement === "spread" && count > spreadLimit.updateDomains)
    throw problemAt(
      entry,
      ["count"],
      `azure spreads at most ${String(spreadLimit.updateDomains)} servers, not ${String(count)}`,
      "Split the group in two, or write `placement: any`",
    );
  if (placement === "spread" && network.subnetZone(subnet) !== undefined)
    throw problemAt(
      entry,
      ["placement"],
      `azure spreads servers over a whole region, and the subnet ${subnet} names a zone`,
      "Remove `zone` of the subnet, or write `placement: any`",
    );
  const shared = findSharedDevice(Object.keys(volumes), unitOf);
  if (shared)
    throw problemAt(
      entry,
      ["volumes"],
      `azure: the volumes ${shared.join(" and ")} would get the same number, which their names decide`,
      "Rename one of them",
    );
}

function availabilitySet(scope: Construct, name: string): string {
  return new AvailabilitySet(scope, "availability_set", {
    ...azurePlace(scope),
    name: resourceName(scope, [name]),
    platformUpdateDomainCount: spreadLimit.updateDomains,
    platformFaultDomainCount: spreadLimit.faultDomains,
  }).id;
}

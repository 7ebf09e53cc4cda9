import { ComputeResourcePolicy } from "@cdktf/provider-google/lib/compute-resource-policy";
import { type AdapterOf, checkRegion, type Construct, problemAt, resourceName, unsupported } from "@infra/core";
import type { ComputeContract } from "../contract.js";
import { instance, type Kind, zoneOf } from "./instance.js";
import { loadBalancer } from "./load-balancer.js";
import { pool } from "./pool.js";
import type { Group } from "../group.js";
import { ipv4Only } from "../ipv6.js";
import { buildGroups, imageOf, sizeOf } from "../servers.js";

/** Gcp spreads servers over at most this many domains; to be checked against https://cloud.google.com/compute/docs/instances/placement-policies-overview. */
const spreadLimit = 8;

/** Shielded servers of Compute Engine, whose disks gcp encrypts. */
export const gcp: AdapterOf<ComputeContract> = {
  lacks: {
    ...ipv4Only("Google Cloud"),
    portTranslation: unsupported(
      "a network load balancer of gcp passes packets on with their port unchanged",
      "Remove `targetPort`, and let the servers listen on the port of the listener",
    ),
  },
  build(scope, { groups }, peers) {
    return buildGroups(scope, groups, peers, (entry, group, name) => {
      checkGroup(entry, group);
      const { name: machineType, disk = "pd-balanced" } = sizeOf(entry, group, group.native?.gcp?.machineType);
      const kind: Kind = {
        machineType,
        disk,
        image: imageOf(entry, group)["image"] ?? "",
        architecture: group.architecture,
        ...(group.placement === "spread" ? { spread: placementPolicy(entry, name) } : {}),
      };
      const backends = {
        networkId: peers.network.id,
        tag: peers.firewall.firewallId(name),
        zone: zoneOf(entry, peers.network.subnetZone(group.subnet)),
      };
      return {
        server: (plan) => instance(entry, plan, kind),
        pool: (plan) => pool(entry, name, plan, kind),
        loadBalancer: (config, targets) => loadBalancer(entry, name, config, targets, backends),
      };
    });
  },
};

function checkGroup(entry: Construct, { placement, count = 1, labels }: Group): void {
  if (placement === "spread" && count > spreadLimit)
    throw problemAt(
      entry,
      ["count"],
      `gcp spreads at most ${String(spreadLimit)} servers, not ${String(count)}`,
      "Split the group in two, or write `placement: any`",
    );
  for (const [key, value] of Object.entries(labels))
    if (!/^[a-z][a-z0-9_-]*$/.test(key) || !/^[a-z0-9_-]*$/.test(value))
      throw problemAt(
        entry,
        ["labels", key],
        `gcp: ${JSON.stringify(`${key}: ${value}`)} is not a label there`,
        "Use lower-case letters, digits, dashes and underscores; begin the name with a letter",
      );
}

function placementPolicy(scope: Construct, name: string): string {
  return new ComputeResourcePolicy(scope, "placement_policy", {
    name: resourceName(scope, [name]),
    region: checkRegion(scope).name,
    groupPlacementPolicy: { availabilityDomainCount: spreadLimit },
  }).selfLink;
}

import { DataAwsAmi } from "@cdktf/provider-aws/lib/data-aws-ami";
import { PlacementGroup } from "@cdktf/provider-aws/lib/placement-group";
import { type AdapterOf, type Construct, type INetwork, problemAt, resourceName } from "@infra/core";
import { instance, type Kind } from "./instance.js";
import { loadBalancer } from "./load-balancer.js";
import { pool } from "./pool.js";
import type { ComputeContract } from "../contract.js";
import type { Group } from "../group.js";
import { ipv4Only } from "../ipv6.js";
import { findSharedDevice } from "../devices.js";
import { balancerSubnet, buildGroups, imageOf, sizeOf } from "../servers.js";

/** AWS: 7 per zone and group; to be checked against https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-strategies.html. */
const spreadLimit = 7;

/** Instances of EC2, with encrypted disks and the metadata service in version 2 only. */
export const aws: AdapterOf<ComputeContract> = {
  lacks: {
    ...ipv4Only("AWS"),
  },
  build(scope, { groups }, peers) {
    return buildGroups(scope, groups, peers, (entry, group, name) => {
      checkGroup(entry, group);
      const kind: Kind = {
        image: image(entry, group),
        instanceType: sizeOf(entry, group, group.native?.aws?.instanceType).name,
        ...(group.placement === "spread" ? spread(entry, name) : {}),
      };
      return {
        server: (plan) => instance(entry, plan, kind),
        pool: (plan) => pool(entry, name, plan, kind),
        loadBalancer: (config, targets) =>
          loadBalancer(entry, name, config, targets, {
            network: peers.network,
            subnet: balancerSubnet(entry, group, peers.network, isBesides(group, peers.network)),
          }),
      };
    });
  },
};

/** A load balancer reaches only servers of its own zone, so its subnet must be known to be in theirs. */
function isBesides({ subnet }: Group, network: INetwork): (other: string) => boolean {
  const zone = network.subnetZone(subnet);
  return (other) => zone !== undefined && network.subnetZone(other) === zone;
}

function checkGroup(entry: Construct, { placement, count = 1, volumes }: Group): void {
  if (placement === "spread" && count > spreadLimit)
    throw problemAt(
      entry,
      ["count"],
      `aws spreads at most ${String(spreadLimit)} servers, not ${String(count)}`,
      "Split the group in two, or write `placement: any`",
    );
  const shared = findSharedDevice(Object.keys(volumes));
  if (shared)
    throw problemAt(
      entry,
      ["volumes"],
      `aws: the volumes ${shared.join(" and ")} would get the same device name, which their names decide`,
      "Rename one of them",
    );
}

function image(scope: Construct, group: Group): DataAwsAmi {
  const { owner = "", name = "" } = imageOf(scope, group);
  return new DataAwsAmi(scope, "image", {
    owners: [owner],
    mostRecent: true,
    filter: [
      { name: "name", values: [name] },
      { name: "virtualization-type", values: ["hvm"] },
    ],
  });
}

function spread(scope: Construct, name: string): { placementGroup: string } {
  const { name: placementGroup } = new PlacementGroup(scope, "placement_group", {
    name: resourceName(scope, [name], { maxLength: 255 }),
    strategy: "spread",
  });
  return { placementGroup };
}

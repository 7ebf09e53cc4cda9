import { DataAwsAmi } from "@cdktf/provider-aws/lib/data-aws-ami";
import { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { PlacementGroup } from "@cdktf/provider-aws/lib/placement-group";
import { VolumeAttachment } from "@cdktf/provider-aws/lib/volume-attachment";
import { type AdapterOf, type Construct, Fn, forEachEntry, type IInstance, resourceName, Token } from "@infra/core";
import type { ComputeContract } from "./compute.js";
import type { Group } from "./group.js";
import { deviceOf, findSharedDevice } from "./devices.js";
import { images } from "./images.js";
import { buildGroups, problemAt, type ServerPlan } from "./servers.js";
import { sizes } from "./sizes.js";

/** AWS: 7 per zone and group; to be checked against https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-strategies.html. */
const spreadLimit = 7;

/** Instances of EC2, with encrypted disks and the metadata service in version 2 only. */
export const aws: AdapterOf<ComputeContract> = {
  supports: {
    publicAddress: true,
    firstAddress: true,
    privateInChosenSubnet: true,
    placementSpread: true,
    volumes: true,
  },
  build(scope, { groups }, peers) {
    return buildGroups(scope, groups, peers, (entry, group, name) => {
      checkGroup(entry, group);
      const shared = { ami: ami(entry, group), ...(group.placement === "spread" ? spread(entry, name) : {}) };
      return (plan) => instance(entry, plan, shared);
    });
  },
};

function checkGroup(entry: Construct, { placement, count, volumes }: Group): void {
  if (placement === "spread" && count > spreadLimit)
    throw problemAt(
      entry,
      "count",
      `aws spreads at most ${String(spreadLimit)} servers, not ${String(count)}`,
      "Split the group in two, or write `placement: any`",
    );
  const shared = findSharedDevice(Object.keys(volumes));
  if (shared)
    throw problemAt(
      entry,
      "volumes",
      `aws: the volumes ${shared.join(" and ")} would get the same device name, which their names decide`,
      "Rename one of them",
    );
}

function ami(scope: Construct, { image }: Group): string {
  const { owner, name } = images[image].aws;
  return new DataAwsAmi(scope, "image", {
    owners: [owner],
    mostRecent: true,
    filter: [
      { name: "name", values: [name] },
      { name: "virtualization-type", values: ["hvm"] },
    ],
  }).id;
}

function spread(scope: Construct, name: string): { placementGroup: string } {
  const { name: placementGroup } = new PlacementGroup(scope, "placement_group", {
    name: resourceName(scope, [name], { maxLength: 255 }),
    strategy: "spread",
  });
  return { placementGroup };
}

function instance(scope: Construct, plan: ServerPlan, shared: { ami: string; placementGroup?: string }): IInstance {
  const { group, address, keyIds } = plan;
  const name = resourceName(scope, [plan.name]);
  const resource = new Instance(scope, plan.number, {
    ...shared,
    instanceType: group.native?.aws?.instanceType ?? sizes[group.size].aws,
    subnetId: plan.subnetId,
    ...(address === undefined ? {} : { privateIp: address }),
    associatePublicIpAddress: group.publicAddress,
    vpcSecurityGroupIds: [plan.firewallId],
    keyName: firstOf(keyIds),
    userData: plan.userData,
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    rootBlockDevice: { encrypted: true, volumeType: "gp3" },
    tags: { ...plan.labels, Name: name },
    lifecycle: { ignoreChanges: ["ami", "key_name", "user_data"] },
  });
  volumes(resource, plan);
  return {
    id: resource.id,
    name,
    privateIpv4: resource.privateIp,
    ...(group.publicAddress ? { publicIpv4: resource.publicIp } : {}),
  };
}

/** EC2 takes one key; cloud-init gets all of them. */
function firstOf(keyIds: readonly string[]): string {
  return Token.isUnresolved(keyIds) ? Token.asString(Fn.element([...keyIds], 0)) : (keyIds[0] ?? "");
}

function volumes(resource: Instance, { group, labels, name: server }: ServerPlan): void {
  forEachEntry(resource, ["volumes"], group.volumes, (entry, { size }, name) => {
    const volume = new EbsVolume(entry, "Default", {
      availabilityZone: resource.availabilityZone,
      size,
      type: "gp3",
      encrypted: true,
      tags: { ...labels, Name: resourceName(entry, [server, name]) },
    });
    new VolumeAttachment(volume, "Default", {
      volumeId: volume.id,
      instanceId: resource.id,
      deviceName: deviceOf(name),
    });
  });
}

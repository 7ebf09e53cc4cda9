import type { DataAwsAmi } from "@cdktf/provider-aws/lib/data-aws-ami";
import { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { VolumeAttachment } from "@cdktf/provider-aws/lib/volume-attachment";
import { type Construct, Fn, forEachEntry, type IInstance, resourceName, Token } from "@infra/core";
import { deviceOf } from "../devices.js";
import type { GroupPlan, ServerPlan } from "../servers.js";

/** What the servers of a group are made from. */
export interface Kind {
  readonly image: DataAwsAmi;
  readonly instanceType: string;
  readonly placementGroup?: string;
}

/** The metadata service in version 2 only, which needs a token, and not through one more hop. */
export const metadataOptions = { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 };

/** EC2 takes one key; cloud-init gets all of them. */
export function keyOf({ keyIds }: GroupPlan): { keyName?: string } {
  if (Token.isUnresolved(keyIds)) return { keyName: Token.asString(Fn.element([...keyIds], 0)) };
  return keyIds[0] === undefined ? {} : { keyName: keyIds[0] };
}

/** One server with its volumes. */
export function instance(scope: Construct, plan: ServerPlan, { image, ...kind }: Kind): IInstance {
  const { group, address } = plan;
  const name = resourceName(scope, [plan.name]);
  const resource = new Instance(scope, plan.number, {
    ...kind,
    ami: image.id,
    subnetId: plan.subnetId,
    ...(address === undefined ? {} : { privateIp: address }),
    associatePublicIpAddress: group.publicAddress,
    vpcSecurityGroupIds: [plan.firewallId],
    ...keyOf(plan),
    userData: plan.userData,
    metadataOptions,
    rootBlockDevice: { encrypted: true, volumeType: "gp3" },
    disableApiTermination: plan.protect,
    tags: { ...plan.labels, Name: name },
    dependsOn: plan.dependsOn,
    lifecycle: { ignoreChanges: ["ami", "key_name", "user_data"] },
  });
  volumes(resource, plan);
  return {
    id: resource.id,
    name,
    privateIpv4: resource.privateIp,
    ...(group.publicAddress ? { publicIpv4: resource.publicIp } : {}),
    zone: resource.availabilityZone,
  };
}

function volumes(resource: Instance, { group, labels, name: server, protect }: ServerPlan): void {
  forEachEntry(resource, ["volumes"], group.volumes, (entry, { size }, name) => {
    const volume = new EbsVolume(entry, "Default", {
      availabilityZone: resource.availabilityZone,
      size,
      type: "gp3",
      encrypted: true,
      tags: { ...labels, Name: resourceName(entry, [server, name]) },
      lifecycle: { preventDestroy: protect },
    });
    new VolumeAttachment(volume, "Default", {
      volumeId: volume.id,
      instanceId: resource.id,
      deviceName: deviceOf(name),
    });
  });
}

import { Droplet } from "@cdktf/provider-digitalocean/lib/droplet";
import { Volume } from "@cdktf/provider-digitalocean/lib/volume";
import { VolumeAttachment } from "@cdktf/provider-digitalocean/lib/volume-attachment";
import {
  type Construct,
  DeploymentStack,
  forEachEntry,
  type IInstance,
  labelList,
  resourceName,
  Token,
} from "@infra/core";
import { hasPublicIpv6 } from "../ipv6.js";
import type { ServerPlan } from "../servers.js";

/** What the droplets of a group are made from. */
export interface Kind {
  readonly size: string;
  readonly image: string;
}

/** Longest name of a volume; to be checked against https://docs.digitalocean.com/reference/api/reference/block-storage/. */
const maxLength = 64;

/** One droplet with its volumes. */
export function droplet(scope: Construct, plan: ServerPlan, kind: Kind): IInstance {
  const name = resourceName(scope, [plan.name]);
  const resource = new Droplet(scope, plan.number, {
    ...kind,
    name,
    region: DeploymentStack.of(scope).context.settings.region,
    vpcUuid: plan.subnetId,
    ipv6: hasPublicIpv6(plan.group),
    sshKeys: [...plan.keyIds],
    userData: plan.userData,
    tags: [plan.firewallId, ...labelList(plan.labels)],
    monitoring: true,
    dropletAgent: false,
    dependsOn: plan.dependsOn,
    lifecycle: { ignoreChanges: ["ssh_keys", "user_data"], preventDestroy: plan.protect },
  });
  volumes(resource, plan);
  return {
    id: resource.id,
    name,
    privateIpv4: resource.ipv4AddressPrivate,
    publicIpv4: resource.ipv4Address,
    ...(hasPublicIpv6(plan.group) ? { publicIpv6: resource.ipv6Address } : {}),
    zone: resource.region,
  };
}

/** Volumes of DigitalOcean are encrypted. */
function volumes(resource: Droplet, { group, labels, name: server, protect }: ServerPlan): void {
  forEachEntry(resource, ["volumes"], group.volumes, (entry, { size }, name) => {
    const volume = new Volume(entry, "Default", {
      name: resourceName(entry, [server, name], { maxLength }),
      size,
      region: DeploymentStack.of(entry).context.settings.region,
      tags: labelList(labels),
      lifecycle: { preventDestroy: protect },
    });
    new VolumeAttachment(volume, "Default", { volumeId: volume.id, dropletId: Token.asNumber(resource.id) });
  });
}

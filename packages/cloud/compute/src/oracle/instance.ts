import { base64, type Construct, forEachEntry, type IInstance, resourceName } from "@infra/core";
import { CoreInstance } from "@infra/provider-oci/lib/core-instance";
import { CoreVolume } from "@infra/provider-oci/lib/core-volume";
import { CoreVolumeAttachment } from "@infra/provider-oci/lib/core-volume-attachment";
import { faultDomains } from "./checks.js";
import type { GroupPlan, ServerPlan } from "../servers.js";

/** What the servers of a group are made from. */
export interface Kind {
  readonly compartmentId: string;
  readonly availabilityDomain: string;
  readonly shape: string;
  /** What a server gets of a flexible shape. */
  readonly shapeConfig?: { readonly ocpus: number; readonly memoryInGbs: number };
  readonly imageId: string;
}

/** The metadata service in version 2 only, which needs a header that a forged request lacks. */
export const instanceOptions = { areLegacyImdsEndpointsDisabled: true };

/** What an instance is told at its first boot. @param id Id of the text's construct. */
export function metadataOf(scope: Construct, id: string, { userData }: GroupPlan): Record<string, string> {
  return { user_data: base64(scope, id, userData) };
}

/** One instance with its volumes. */
export function instance(scope: Construct, plan: ServerPlan, { imageId, ...kind }: Kind): IInstance {
  const { group, address, number, subnetId } = plan;
  const name = resourceName(scope, [plan.name]);
  const resource = new CoreInstance(scope, number, {
    ...kind,
    displayName: name,
    sourceDetails: { sourceType: "image", sourceId: imageId },
    createVnicDetails: {
      subnetId,
      nsgIds: [plan.firewallId],
      assignPublicIp: String(group.publicAddress),
      hostnameLabel: name,
      ...(address === undefined ? {} : { privateIp: address }),
    },
    ...(group.placement === "spread" ? { faultDomain: faultDomainOf(Number(number)) } : {}),
    metadata: metadataOf(scope, `${number}_user_data`, plan),
    instanceOptions,
    isPvEncryptionInTransitEnabled: true,
    freeformTags: { ...plan.labels },
    dependsOn: plan.dependsOn,
    lifecycle: { ignoreChanges: ["metadata", "source_details[0].source_id"], preventDestroy: plan.protect },
  });
  volumes(resource, plan, kind);
  return {
    id: resource.id,
    name,
    privateIpv4: resource.privateIp,
    ...(group.publicAddress ? { publicIpv4: resource.publicIp } : {}),
    zone: resource.availabilityDomain,
  };
}

/** Servers of different fault domains share no hardware. */
function faultDomainOf(number: number): string {
  return `FAULT-DOMAIN-${String(((number - 1) % faultDomains) + 1)}`;
}

/** Volumes of Oracle are encrypted. */
function volumes(
  resource: CoreInstance,
  { group, labels, name: server, protect }: ServerPlan,
  { compartmentId }: Omit<Kind, "imageId">,
): void {
  forEachEntry(resource, ["volumes"], group.volumes, (entry, { size }, name) => {
    const volume = new CoreVolume(entry, "Default", {
      compartmentId,
      availabilityDomain: resource.availabilityDomain,
      displayName: resourceName(entry, [server, name]),
      sizeInGbs: String(size),
      freeformTags: { ...labels },
      lifecycle: { preventDestroy: protect },
    });
    new CoreVolumeAttachment(volume, "Default", {
      attachmentType: "paravirtualized",
      instanceId: resource.id,
      volumeId: volume.id,
      isPvEncryptionInTransitEnabled: true,
    });
  });
}

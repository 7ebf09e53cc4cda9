import { ComputeAttachedDisk } from "@cdktf/provider-google/lib/compute-attached-disk";
import { ComputeDisk } from "@cdktf/provider-google/lib/compute-disk";
import { ComputeInstance } from "@cdktf/provider-google/lib/compute-instance";
import {
  type Architecture,
  checkRegion,
  type Construct,
  forEachEntry,
  gcpFirstBoot,
  gcpMetadata,
  type IInstance,
  resourceName,
  type Zone,
  zoneLetter,
} from "@infra/core";
import type { ServerPlan } from "../servers.js";

/** What the servers of a group are made from. */
export interface Kind {
  readonly machineType: string;
  /** Kind of boot disks and volumes, which the kind of server decides; gcp encrypts every disk. */
  readonly disk: string;
  readonly image: string;
  readonly architecture: Architecture;
  /** The placement policy that keeps the servers apart. @default - the servers may share a host */
  readonly spread?: string;
}

/** The cloud's name of a zone; servers of a subnet that names none are in the first. */
export function zoneOf(scope: Construct, zone: Zone = "a"): string {
  return `${checkRegion(scope).name}-${zoneLetter(scope, zone)}`;
}

/** A shielded server. Google's arm64 servers have no secure boot; to be checked against https://cloud.google.com/compute/docs/instances/arm-on-compute. */
export function shielded({ architecture }: Kind) {
  return { enableSecureBoot: architecture === "amd64", enableVtpm: true, enableIntegrityMonitoring: true };
}

/** The network interface in the subnet of the group. */
export function networkInterface({ subnetId, group }: Pick<ServerPlan, "subnetId" | "group">, address?: string) {
  return {
    subnetwork: subnetId,
    ...(address === undefined ? {} : { networkIp: address }),
    ...(group.publicAddress ? { accessConfig: [{}] } : {}),
  };
}

/** One server with its volumes. */
export function instance(scope: Construct, plan: ServerPlan, kind: Kind): IInstance {
  const name = resourceName(scope, [plan.name]);
  const zone = zoneOf(scope, plan.zone);
  const resource = new ComputeInstance(scope, plan.number, {
    name,
    zone,
    machineType: kind.machineType,
    tags: [plan.firewallId],
    labels: { ...plan.labels },
    bootDisk: { initializeParams: { image: kind.image, type: kind.disk } },
    networkInterface: [networkInterface(plan, plan.address)],
    metadata: gcpMetadata(plan),
    shieldedInstanceConfig: shielded(kind),
    deletionProtection: plan.protect,
    allowStoppingForUpdate: true,
    ...placement(plan, kind),
    dependsOn: plan.dependsOn,
    lifecycle: { ignoreChanges: ["attached_disk", "boot_disk[0].initialize_params[0].image", ...gcpFirstBoot] },
  });
  volumes(resource, plan, zone, kind.disk);
  const { networkIp, accessConfig } = resource.networkInterface.get(0);
  return {
    id: resource.id,
    name,
    privateIpv4: networkIp,
    ...(plan.group.publicAddress ? { publicIpv4: accessConfig.get(0).natIp } : {}),
    zone: resource.zone,
  };
}

/** Each server has a domain of the policy to itself: its number. */
function placement({ number }: ServerPlan, { spread }: Kind) {
  return spread === undefined ? {} : { resourcePolicies: [spread], scheduling: { availabilityDomain: Number(number) } };
}

function volumes(
  resource: ComputeInstance,
  { group, labels, name: server, protect }: ServerPlan,
  zone: string,
  type: string,
): void {
  forEachEntry(resource, ["volumes"], group.volumes, (entry, { size }, name) => {
    const disk = new ComputeDisk(entry, "Default", {
      name: resourceName(entry, [server, name]),
      zone,
      size,
      type,
      labels: { ...labels },
      ...(protect ? { lifecycle: { preventDestroy: true } } : {}),
    });
    new ComputeAttachedDisk(disk, "Default", { disk: disk.id, instance: resource.id, deviceName: name });
  });
}

import { LinuxVirtualMachine } from "@cdktf/provider-azurerm/lib/linux-virtual-machine";
import { ManagedDisk } from "@cdktf/provider-azurerm/lib/managed-disk";
import { ManagementLock } from "@cdktf/provider-azurerm/lib/management-lock";
import { NetworkInterface } from "@cdktf/provider-azurerm/lib/network-interface";
import { NetworkInterfaceApplicationSecurityGroupAssociation } from "@cdktf/provider-azurerm/lib/network-interface-application-security-group-association";
import { NetworkInterfaceSecurityGroupAssociation } from "@cdktf/provider-azurerm/lib/network-interface-security-group-association";
import { PublicIp } from "@cdktf/provider-azurerm/lib/public-ip";
import { VirtualMachineDataDiskAttachment } from "@cdktf/provider-azurerm/lib/virtual-machine-data-disk-attachment";
import {
  type Architecture,
  azureKey,
  azurePlace,
  base64,
  Construct,
  forEachEntry,
  type IInstance,
  problemAt,
  resourceName,
  type Zone,
} from "@infra/core";
import { unitOf } from "../devices.js";
import type { GroupPlan, ServerPlan } from "../servers.js";

/** What the servers of a group are made from. */
export interface Kind {
  readonly size: string;
  readonly image: {
    readonly publisher: string;
    readonly offer: string;
    readonly sku: string;
    readonly version: string;
  };
  readonly architecture: Architecture;
  /** What stands for the servers in rules of other groups' firewalls. @default - nothing */
  readonly membershipId?: string | undefined;
  /** The availability set that keeps the servers apart. @default - the servers may share a host */
  readonly availabilitySetId?: string;
}

/** One server, and the interface by which a load balancer reaches it. */
export interface MadeServer {
  readonly instance: IInstance;
  readonly networkInterfaceId: string;
}

/** Kind of disks; azure encrypts every disk where it is kept. */
export const storageAccountType = "StandardSSD_LRS";

/** Name of the one address configuration of every network interface. */
export const ipConfigurationName = "private";

/** Azure's numbers of zones. */
export const zoneNumbers: Readonly<Record<Zone, string>> = { a: "1", b: "2", c: "3" };

/** Longest name of a server or scale set. */
export const maxLength = 64;

/** How people log in. @throws InfraError when nobody could: azure makes no server without a key. */
export function loginOf(scope: Construct, { user, publicKeys }: GroupPlan) {
  const publicKey = azureKey(publicKeys);
  if (user === undefined || publicKey === undefined)
    throw problemAt(
      scope,
      [],
      "azure: a server needs an SSH key of the kind RSA or Ed25519",
      "Add `ssh` with such a key: `ssh: { keys: { alice: ssh-ed25519 AAAA… } }`",
    );
  return { adminUsername: user, adminSshKey: [{ username: user, publicKey }], disablePasswordAuthentication: true };
}

/** One server with its volumes. Azure has no trusted launch for arm64 servers. */
export function server(around: Construct, plan: ServerPlan, kind: Kind): MadeServer {
  const scope = new Construct(around, plan.number);
  const name = resourceName(scope, [plan.name], { maxLength });
  const trusted = kind.architecture === "amd64";
  const address = plan.group.publicAddress ? publicAddress(scope, plan) : undefined;
  const { nic, associations } = networkInterface(scope, plan, kind, address?.id);
  const resource = new LinuxVirtualMachine(scope, "Default", {
    ...azurePlace(scope),
    ...loginOf(around, plan),
    name,
    size: kind.size,
    customData: base64(scope, "custom_data", plan.userData),
    networkInterfaceIds: [nic.id],
    sourceImageReference: kind.image,
    osDisk: { caching: "ReadWrite", storageAccountType },
    secureBootEnabled: trusted,
    vtpmEnabled: trusted,
    tags: { ...plan.labels },
    ...(plan.zone ? { zone: zoneNumbers[plan.zone] } : {}),
    // A server that boots without its firewall would be open.
    dependsOn: [...plan.dependsOn, ...associations],
    ...(kind.availabilitySetId === undefined ? {} : { availabilitySetId: kind.availabilitySetId }),
    lifecycle: { ignoreChanges: ["admin_ssh_key", "custom_data"], ...(plan.protect ? { preventDestroy: true } : {}) },
  });
  if (plan.protect) lock(scope, plan, resource.id);
  volumes(resource, plan);
  return {
    networkInterfaceId: nic.id,
    instance: {
      id: resource.id,
      name,
      privateIpv4: nic.privateIpAddress,
      ...(address ? { publicIpv4: address.ipAddress } : {}),
      ...(plan.zone ? { zone: resource.zone } : {}),
    },
  };
}

function publicAddress(scope: Construct, plan: ServerPlan): PublicIp {
  return new PublicIp(scope, "public_ip", {
    ...azurePlace(scope),
    name: resourceName(scope, [plan.name]),
    sku: "Standard",
    allocationMethod: "Static",
    tags: { ...plan.labels },
  });
}

function networkInterface(scope: Construct, plan: ServerPlan, kind: Kind, publicIpAddressId: string | undefined) {
  const { subnetId, address } = plan;
  const nic = new NetworkInterface(scope, "network_interface", {
    ...azurePlace(scope),
    name: resourceName(scope, [plan.name]),
    ipConfiguration: [
      {
        name: ipConfigurationName,
        subnetId,
        publicIpAddressId,
        privateIpAddressAllocation: address === undefined ? "Dynamic" : "Static",
        ...(address === undefined ? {} : { privateIpAddress: address }),
      },
    ],
    tags: { ...plan.labels },
  });
  const firewall = new NetworkInterfaceSecurityGroupAssociation(scope, "firewall", {
    networkInterfaceId: nic.id,
    networkSecurityGroupId: plan.firewallId,
  });
  if (kind.membershipId === undefined) return { nic, associations: [firewall] };
  const member = new NetworkInterfaceApplicationSecurityGroupAssociation(scope, "group_member", {
    networkInterfaceId: nic.id,
    applicationSecurityGroupId: kind.membershipId,
  });
  return { nic, associations: [firewall, member] };
}

/** Keeps others from deleting the server; what is run here would delete the lock first, and is stopped by `preventDestroy`. */
function lock(scope: Construct, plan: ServerPlan, serverId: string): void {
  new ManagementLock(scope, "lock", {
    name: resourceName(scope, [plan.name]),
    scope: serverId,
    lockLevel: "CanNotDelete",
    notes: "deletionProtection of the inventory",
  });
}

function volumes(resource: LinuxVirtualMachine, plan: ServerPlan): void {
  forEachEntry(resource, ["volumes"], plan.group.volumes, (entry, { size }, name) => {
    const disk = new ManagedDisk(entry, "Default", {
      ...azurePlace(entry),
      name: resourceName(entry, [plan.name, name]),
      createOption: "Empty",
      diskSizeGb: size,
      storageAccountType,
      networkAccessPolicy: "DenyAll",
      publicNetworkAccessEnabled: false,
      tags: { ...plan.labels },
      ...(plan.zone ? { zone: zoneNumbers[plan.zone] } : {}),
      ...(plan.protect ? { lifecycle: { preventDestroy: true } } : {}),
    });
    new VirtualMachineDataDiskAttachment(disk, "Default", {
      managedDiskId: disk.id,
      virtualMachineId: resource.id,
      lun: unitOf(name),
      caching: "ReadOnly",
    });
  });
}

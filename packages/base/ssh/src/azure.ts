import { LinuxVirtualMachine } from "@cdktf/provider-azurerm/lib/linux-virtual-machine";
import { NetworkInterface } from "@cdktf/provider-azurerm/lib/network-interface";
import { NetworkInterfaceSecurityGroupAssociation } from "@cdktf/provider-azurerm/lib/network-interface-security-group-association";
import { NetworkSecurityGroup } from "@cdktf/provider-azurerm/lib/network-security-group";
import { NetworkSecurityRule } from "@cdktf/provider-azurerm/lib/network-security-rule";
import { PublicIp } from "@cdktf/provider-azurerm/lib/public-ip";
import {
  type AdapterOf,
  azureKey,
  azurePlace,
  base64,
  cloudInit,
  Construct,
  problemAt,
  resourceName,
} from "@infra/core";
import { type BastionConfig, bastionKind, bastionSubnetId } from "./bastion.js";
import { chooseKeys, keysByOwner } from "./choose-keys.js";
import type { SshContract, SshOutputs, SshPeers } from "./ssh.js";

/** Servers get the keys when they are made: azure needs no resource for a key, so the id is the owner's name. */
export const azure: AdapterOf<SshContract> = {
  supports: { bastion: true },
  build(scope, config, peers) {
    const keys = keysByOwner(config.keys);
    const { user, bastion } = config;
    return { user, keys, ...(bastion ? { bastionAddress: buildBastion(scope, bastion, { user, keys }, peers) } : {}) };
  },
};

function buildBastion(around: Construct, { from, subnet }: BastionConfig, ssh: SshOutputs, { network }: SshPeers) {
  const scope = new Construct(around, "bastion_host");
  const publicKeys = chooseKeys(ssh.keys).map((key) => key.publicKey);
  const publicKey = azureKey(publicKeys);
  if (publicKey === undefined)
    throw problemAt(
      around,
      ["keys"],
      "azure: a server needs an SSH key of the kind RSA or Ed25519",
      "Add such a key: `alice: ssh-ed25519 AAAA…`",
    );
  const { size, image } = bastionKind(scope);
  const { publisher = "", offer = "", sku = "" } = image;
  const address = publicAddress(scope);
  new LinuxVirtualMachine(scope, "Default", {
    ...azurePlace(scope),
    name: resourceName(scope, ["bastion"]),
    size: size.name,
    adminUsername: ssh.user,
    adminSshKey: [{ username: ssh.user, publicKey }],
    disablePasswordAuthentication: true,
    customData: base64(scope, "custom_data", cloudInit({ user: ssh.user, publicKeys })),
    networkInterfaceIds: [networkInterface(scope, bastionSubnetId(around, network, subnet), address.id, from)],
    sourceImageReference: { publisher, offer, sku, version: "latest" },
    osDisk: { caching: "ReadWrite", storageAccountType: "StandardSSD_LRS" },
    secureBootEnabled: true,
    vtpmEnabled: true,
    lifecycle: { ignoreChanges: ["admin_ssh_key", "custom_data"] },
  });
  return address.ipAddress;
}

/** What the parts of the bastion are called; no group of servers has a name of two words. */
const words = ["bastion", "host"];

function publicAddress(scope: Construct): PublicIp {
  const name = resourceName(scope, words);
  return new PublicIp(scope, "address", { ...azurePlace(scope), name, sku: "Standard", allocationMethod: "Static" });
}

function networkInterface(scope: Construct, subnetId: string, publicIpAddressId: string, from: readonly string[]) {
  const { id } = new NetworkInterface(scope, "network_interface", {
    ...azurePlace(scope),
    name: resourceName(scope, words),
    ipConfiguration: [{ name: "private", subnetId, privateIpAddressAllocation: "Dynamic", publicIpAddressId }],
  });
  new NetworkInterfaceSecurityGroupAssociation(scope, "firewall_of_interface", {
    networkInterfaceId: id,
    networkSecurityGroupId: securityGroup(scope, from),
  });
  return id;
}

/** Ssh from some networks, and nothing else: azure itself would let the whole virtual network in. */
function securityGroup(scope: Construct, from: readonly string[]): string {
  const group = new NetworkSecurityGroup(scope, "firewall", { ...azurePlace(scope), name: resourceName(scope, words) });
  const rule = {
    resourceGroupName: group.resourceGroupName,
    networkSecurityGroupName: group.name,
    direction: "Inbound",
    sourcePortRange: "*",
    destinationAddressPrefix: "*",
  };
  new NetworkSecurityRule(group, "ssh", {
    ...rule,
    name: "ssh",
    priority: 100,
    access: "Allow",
    protocol: "Tcp",
    destinationPortRange: "22",
    sourceAddressPrefixes: [...from],
  });
  new NetworkSecurityRule(group, "other_inbound", {
    ...rule,
    name: "other-inbound",
    priority: 4096,
    access: "Deny",
    protocol: "*",
    destinationPortRange: "*",
    sourceAddressPrefix: "*",
  });
  return group.id;
}

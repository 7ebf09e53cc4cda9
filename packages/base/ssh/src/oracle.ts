import {
  type AdapterOf,
  base64,
  cloudInit,
  Construct,
  DeploymentStack,
  type INetwork,
  type ResolvedSize,
  resourceName,
} from "@infra/core";
import { CoreInstance } from "@infra/provider-oci/lib/core-instance";
import { CoreNetworkSecurityGroup } from "@infra/provider-oci/lib/core-network-security-group";
import { CoreNetworkSecurityGroupSecurityRule as SecurityRule } from "@infra/provider-oci/lib/core-network-security-group-security-rule";
import { DataOciCoreImages } from "@infra/provider-oci/lib/data-oci-core-images";
import { DataOciIdentityAvailabilityDomain } from "@infra/provider-oci/lib/data-oci-identity-availability-domain";
import { type BastionConfig, bastionKind, bastionSubnetId } from "./bastion.js";
import { chooseKeys } from "./choose-keys.js";
import type { SshContract, SshOutputs, SshPeers } from "./ssh.js";

/** Oracle keeps no keys: servers are told them at the first boot, so a key is its own id. */
export const oracle: AdapterOf<SshContract> = {
  supports: { bastion: true },
  build(scope, config, peers) {
    const entries = Object.entries(config.keys).map(([name, publicKey]) => [name, { id: publicKey, publicKey }]);
    const keys = Object.fromEntries(entries) as SshOutputs["keys"];
    const { user, bastion } = config;
    return { user, keys, ...(bastion ? { bastionAddress: buildBastion(scope, bastion, { user, keys }, peers) } : {}) };
  },
};

function buildBastion(around: Construct, { from, subnet }: BastionConfig, ssh: SshOutputs, { network }: SshPeers) {
  const scope = new Construct(around, "bastion_host");
  const { account: compartmentId } = DeploymentStack.of(scope);
  const { size, image } = bastionKind(scope);
  const publicKeys = chooseKeys(ssh.keys).map((key) => key.publicKey);
  const instance = new CoreInstance(scope, "Default", {
    compartmentId,
    displayName: resourceName(scope, ["bastion"]),
    availabilityDomain: availabilityDomain(scope, network, subnet),
    shape: size.name,
    ...shapeConfig(size),
    sourceDetails: { sourceType: "image", sourceId: imageId(scope, image, size.name) },
    createVnicDetails: {
      subnetId: bastionSubnetId(around, network, subnet),
      nsgIds: [securityGroup(scope, from, network)],
      assignPublicIp: "true",
    },
    metadata: { user_data: base64(scope, "user_data", cloudInit({ user: ssh.user, publicKeys })) },
    instanceOptions: { areLegacyImdsEndpointsDisabled: true },
    isPvEncryptionInTransitEnabled: true,
    lifecycle: { ignoreChanges: ["metadata", "source_details[0].source_id"] },
  });
  return instance.publicIp;
}

function availabilityDomain(scope: Construct, network: INetwork, subnet: string): string {
  return new DataOciIdentityAvailabilityDomain(scope, "zone", {
    compartmentId: DeploymentStack.of(scope).account,
    adNumber: "abc".indexOf(network.subnetZone(subnet) ?? "a") + 1,
  }).name;
}

/** The smallest that a flexible shape takes is 1 GiB for each of its cores. */
function shapeConfig({ flexible }: ResolvedSize) {
  if (!flexible) return {};
  return { shapeConfig: { ocpus: flexible.units, memoryInGbs: Math.max(flexible.memory, flexible.units) } };
}

function imageId(scope: Construct, image: Readonly<Record<string, string>>, shape: string): string {
  const images = new DataOciCoreImages(scope, "image", {
    compartmentId: DeploymentStack.of(scope).account,
    ...image,
    shape,
    state: "AVAILABLE",
    sortBy: "TIMECREATED",
    sortOrder: "DESC",
  });
  return images.images.get(0).id;
}

function securityGroup(scope: Construct, from: readonly string[], network: INetwork): string {
  const { id: networkSecurityGroupId } = new CoreNetworkSecurityGroup(scope, "security_group", {
    compartmentId: DeploymentStack.of(scope).account,
    vcnId: network.id,
    displayName: resourceName(scope, ["bastion"]),
  });
  for (const source of from)
    new SecurityRule(scope, `from-${source.replaceAll(/[./]/g, "-")}`, {
      networkSecurityGroupId,
      direction: "INGRESS",
      protocol: "6",
      source,
      sourceType: "CIDR_BLOCK",
      tcpOptions: { destinationPortRange: { min: 22, max: 22 } },
    });
  new SecurityRule(scope, "outbound", {
    networkSecurityGroupId,
    direction: "EGRESS",
    protocol: "all",
    destination: "0.0.0.0/0",
    destinationType: "CIDR_BLOCK",
  });
  return networkSecurityGroupId;
}

import { NatGateway } from "@cdktf/provider-azurerm/lib/nat-gateway";
import { NatGatewayPublicIpAssociation } from "@cdktf/provider-azurerm/lib/nat-gateway-public-ip-association";
import { PrivateDnsZone } from "@cdktf/provider-azurerm/lib/private-dns-zone";
import { PrivateDnsZoneVirtualNetworkLink } from "@cdktf/provider-azurerm/lib/private-dns-zone-virtual-network-link";
import { PublicIp } from "@cdktf/provider-azurerm/lib/public-ip";
import { Subnet } from "@cdktf/provider-azurerm/lib/subnet";
import { SubnetNatGatewayAssociation } from "@cdktf/provider-azurerm/lib/subnet-nat-gateway-association";
import { VirtualNetwork } from "@cdktf/provider-azurerm/lib/virtual-network";
import { VirtualNetworkPeering } from "@cdktf/provider-azurerm/lib/virtual-network-peering";
import { type AdapterOf, azurePlace, Construct, forEachEntry, objectId, resourceName } from "@infra/core";
import { KnownNetwork } from "./known-network.js";
import type { NetworkConfig, NetworkContract } from "./contract.js";
import { planSubnets } from "./plan.js";

/** Longest name of a virtual network. */
const maxLength = 64;

/**
 * A virtual network. A subnet spans the zones of the region; the zone that it names is where its servers are made. No subnet has a way
 * out of its own: servers reach the internet by their public addresses, or through NAT.
 */
export const azure: AdapterOf<NetworkContract> = {
  build(scope, config) {
    const network = new VirtualNetwork(scope, "Default", {
      ...azurePlace(scope),
      name: resourceName(scope, [], { maxLength }),
      addressSpace: [config.cidr],
    });
    const subnets = subnetsOf(scope, config, network, config.nat ? buildNat(scope) : undefined);
    if (config.dnsSuffix !== undefined) buildDns(scope, config.dnsSuffix, network.id);
    return new KnownNetwork(config, { id: network.id, subnets, peeringIds: peer(scope, config, network) });
  },
};

/** With NAT, servers of every subnet go out through its gateway, also those that have public addresses: azure prefers it. */
function subnetsOf(scope: Construct, config: NetworkConfig, network: VirtualNetwork, natGatewayId: string | undefined) {
  const { resourceGroupName } = azurePlace(scope);
  const ranges = planSubnets(config);
  return forEachEntry(scope, ["subnets"], config.subnets, (entry, _subnet, name) => {
    const cidr = ranges[name] ?? config.cidr;
    const { id } = new Subnet(entry, "Default", {
      resourceGroupName,
      name: resourceName(entry, [name], { maxLength: 80 }),
      virtualNetworkName: network.name,
      addressPrefixes: [cidr],
      defaultOutboundAccessEnabled: false,
    });
    if (natGatewayId !== undefined) new SubnetNatGatewayAssociation(entry, "nat", { subnetId: id, natGatewayId });
    return { id, cidr };
  });
}

function buildNat(scope: Construct): string {
  const shared = { ...azurePlace(scope), name: resourceName(scope, ["nat"], { maxLength }) };
  const address = new PublicIp(scope, "nat_address", { ...shared, sku: "Standard", allocationMethod: "Static" });
  const gateway = new NatGateway(scope, "nat_gateway", { ...shared, skuName: "Standard" });
  new NatGatewayPublicIpAssociation(gateway, "address", { natGatewayId: gateway.id, publicIpAddressId: address.id });
  return gateway.id;
}

/** Servers get a record of their name in the zone by themselves. */
function buildDns(scope: Construct, name: string, virtualNetworkId: string): void {
  const { resourceGroupName } = azurePlace(scope);
  const zone = new PrivateDnsZone(scope, "dns_zone", { resourceGroupName, name });
  new PrivateDnsZoneVirtualNetworkLink(zone, "network", {
    resourceGroupName,
    name: resourceName(scope, [], { maxLength }),
    privateDnsZoneName: zone.name,
    virtualNetworkId,
    registrationEnabled: true,
  });
}

/** A peering works once both sides have one. */
function peer(scope: Construct, { peering }: NetworkConfig, network: VirtualNetwork) {
  return forEachEntry(new Construct(scope, "peering_to"), ["peering"], peering, (entry, { network: other }, name) => {
    const { id } = new VirtualNetworkPeering(entry, "Default", {
      resourceGroupName: azurePlace(scope).resourceGroupName,
      name: resourceName(entry, [name], { maxLength: 80 }),
      virtualNetworkName: network.name,
      remoteVirtualNetworkId: objectId(entry, ["network"], "network", other),
      allowVirtualNetworkAccess: true,
    });
    return id;
  });
}

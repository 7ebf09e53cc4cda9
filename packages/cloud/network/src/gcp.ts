import { ComputeNetwork } from "@cdktf/provider-google/lib/compute-network";
import { ComputeNetworkPeering } from "@cdktf/provider-google/lib/compute-network-peering";
import { ComputeRouter } from "@cdktf/provider-google/lib/compute-router";
import { ComputeRouterNat } from "@cdktf/provider-google/lib/compute-router-nat";
import { ComputeSubnetwork } from "@cdktf/provider-google/lib/compute-subnetwork";
import { DnsManagedZone } from "@cdktf/provider-google/lib/dns-managed-zone";
import { type AdapterOf, checkRegion, Construct, forEachEntry, objectId, resourceName } from "@infra/core";
import { KnownNetwork } from "./known-network.js";
import type { NetworkConfig, NetworkContract } from "./contract.js";
import { planSubnets } from "./plan.js";

/** One connection of twenty is logged, summed over ten minutes: enough to see who talks to whom, and cheap. */
const flowLogs = { aggregationInterval: "INTERVAL_10_MIN", flowSampling: 0.05, metadata: "EXCLUDE_ALL_METADATA" };

/** A VPC network. A subnet spans the zones of the region; the zone that it names is where its servers are made. */
export const gcp: AdapterOf<NetworkContract> = {
  build(scope, config) {
    const { name: region } = checkRegion(scope);
    const network = new ComputeNetwork(scope, "Default", {
      name: resourceName(scope, []),
      autoCreateSubnetworks: false,
      routingMode: "REGIONAL",
    });
    const subnets = subnetsOf(scope, config, network.id, region);
    if (config.nat) buildNat(scope, network.id, region);
    if (config.dnsSuffix !== undefined) buildDns(scope, config.dnsSuffix, network.id);
    return new KnownNetwork(config, { id: network.id, subnets, peeringIds: peer(scope, config, network.id) });
  },
};

function subnetsOf(scope: Construct, config: NetworkConfig, network: string, region: string) {
  const ranges = planSubnets(config);
  return forEachEntry(scope, ["subnets"], config.subnets, (entry, _subnet, name) => {
    const cidr = ranges[name] ?? config.cidr;
    const { id } = new ComputeSubnetwork(entry, "Default", {
      name: resourceName(entry, [name]),
      network,
      region,
      ipCidrRange: cidr,
      privateIpGoogleAccess: true,
      logConfig: flowLogs,
    });
    return { id, cidr };
  });
}

/** Only servers without public addresses use it, in whichever subnet they are. */
function buildNat(scope: Construct, network: string, region: string): void {
  const router = new ComputeRouter(scope, "nat_router", { name: resourceName(scope, ["nat"]), network, region });
  new ComputeRouterNat(scope, "nat_gateway", {
    name: resourceName(scope, ["nat"]),
    router: router.name,
    region,
    natIpAllocateOption: "AUTO_ONLY",
    sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
    logConfig: { enable: true, filter: "ERRORS_ONLY" },
  });
}

function buildDns(scope: Construct, domain: string, networkUrl: string): void {
  new DnsManagedZone(scope, "dns_zone", {
    name: resourceName(scope, []),
    dnsName: `${domain}.`,
    description: "private names",
    visibility: "private",
    privateVisibilityConfig: { networks: [{ networkUrl }] },
  });
}

/** Peered networks know each other's subnets by themselves; a peering works once both sides have one. */
function peer(scope: Construct, { peering }: NetworkConfig, network: string) {
  return forEachEntry(new Construct(scope, "peering_to"), ["peering"], peering, (entry, { network: other }, name) => {
    const { id } = new ComputeNetworkPeering(entry, "Default", {
      name: resourceName(entry, [name]),
      network,
      peerNetwork: objectId(entry, ["network"], "network", other),
    });
    return id;
  });
}

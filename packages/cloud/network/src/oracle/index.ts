import { type AdapterOf, checkRegion, type Construct, DeploymentStack, forEachEntry, resourceName } from "@infra/core";
import { CoreDefaultSecurityList } from "@infra/provider-oci/lib/core-default-security-list";
import { CoreDhcpOptions } from "@infra/provider-oci/lib/core-dhcp-options";
import { CoreSecurityList } from "@infra/provider-oci/lib/core-security-list";
import { CoreSubnet } from "@infra/provider-oci/lib/core-subnet";
import { CoreVcn } from "@infra/provider-oci/lib/core-vcn";
import { DataOciIdentityAvailabilityDomain } from "@infra/provider-oci/lib/data-oci-identity-availability-domain";
import { dnsLabel } from "./dns-label.js";
import { checkRange } from "../ranges.js";
import { KnownNetwork } from "../known-network.js";
import type { NetworkConfig, NetworkContract } from "../contract.js";
import { peer, type RouteTables, routeTables } from "./routes.js";
import { planSubnets } from "../plan.js";

/** A virtual cloud network. Its security lists let nothing through: network security groups decide. */
export const oracle: AdapterOf<NetworkContract> = {
  build(scope, config) {
    checkRange(scope, config);
    checkRegion(scope);
    const { account: compartmentId, context } = DeploymentStack.of(scope);
    const vcn = new CoreVcn(scope, "Default", {
      compartmentId,
      displayName: resourceName(scope, []),
      cidrBlocks: [config.cidr],
      dnsLabel: dnsLabel(context.name),
      lifecycle: { preventDestroy: context.settings.deletionProtection },
    });
    // The list that every network has opens SSH to the internet.
    new CoreDefaultSecurityList(scope, "default_security_list", {
      manageDefaultResourceId: vcn.defaultSecurityListId,
      ingressSecurityRules: [],
      egressSecurityRules: [],
    });
    const peerings = peer(scope, config, vcn.id);
    const subnets = subnetsOf(scope, config, vcn, routeTables(scope, config, vcn, peerings));
    return new KnownNetwork(config, { id: vcn.id, subnets, peeringIds: peerings });
  },
};

function subnetsOf(scope: Construct, config: NetworkConfig, vcn: CoreVcn, tables: RouteTables) {
  const { account: compartmentId } = DeploymentStack.of(scope);
  const securityList = new CoreSecurityList(scope, "security_list", {
    compartmentId,
    vcnId: vcn.id,
    displayName: resourceName(scope, []),
  });
  const shared = {
    compartmentId,
    vcnId: vcn.id,
    securityListIds: [securityList.id],
    ...(config.dnsSuffix === undefined ? {} : { dhcpOptionsId: dhcpOptions(scope, config.dnsSuffix, vcn) }),
  };
  const ranges = planSubnets(config);
  return forEachEntry(scope, ["subnets"], config.subnets, (entry, { public: open, zone }, name) => {
    const cidr = ranges[name] ?? config.cidr;
    const { id } = new CoreSubnet(entry, "Default", {
      ...shared,
      displayName: resourceName(entry, [name]),
      cidrBlock: cidr,
      dnsLabel: dnsLabel(name),
      prohibitPublicIpOnVnic: !open,
      routeTableId: open ? tables.public : tables.private,
      ...(zone ? { availabilityDomain: availabilityDomain(entry, compartmentId, zone) } : {}),
    });
    return { id, cidr };
  });
}

/** The name of an availability domain, which differs from account to account; its number is the zone's place in the alphabet. */
function availabilityDomain(scope: Construct, compartmentId: string, zone: "a" | "b" | "c"): string {
  return new DataOciIdentityAvailabilityDomain(scope, "zone", { compartmentId, adNumber: "abc".indexOf(zone) + 1 })
    .name;
}

function dhcpOptions(scope: Construct, suffix: string, vcn: CoreVcn): string {
  return new CoreDhcpOptions(scope, "dns_options", {
    compartmentId: DeploymentStack.of(scope).account,
    vcnId: vcn.id,
    displayName: resourceName(scope, []),
    options: [
      { type: "DomainNameServer", serverType: "VcnLocalPlusInternet" },
      { type: "SearchDomain", searchDomainNames: [suffix] },
    ],
  }).id;
}

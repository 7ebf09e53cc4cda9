import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group";
import { Eip } from "@cdktf/provider-aws/lib/eip";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { NatGateway } from "@cdktf/provider-aws/lib/nat-gateway";
import { Route } from "@cdktf/provider-aws/lib/route";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { Route53Zone } from "@cdktf/provider-aws/lib/route53-zone";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { VpcDhcpOptions } from "@cdktf/provider-aws/lib/vpc-dhcp-options";
import { VpcDhcpOptionsAssociation } from "@cdktf/provider-aws/lib/vpc-dhcp-options-association";
import { VpcPeeringConnection } from "@cdktf/provider-aws/lib/vpc-peering-connection";
import {
  type AdapterOf,
  checkRegion,
  Construct,
  DeploymentStack,
  forEachEntry,
  objectId,
  problemAt,
  resourceName,
} from "@infra/core";
import { checkRange } from "./ranges.js";
import { KnownNetwork } from "./known-network.js";
import type { NetworkConfig, NetworkContract } from "./contract.js";
import { planSubnets } from "./plan.js";

/** A VPC. Public subnets reach the internet through its gateway; its default security group lets nothing through. */
export const aws: AdapterOf<NetworkContract> = {
  build(scope, config) {
    checkRange(scope, config);
    checkRegion(scope);
    const vpc = new Vpc(scope, "Default", {
      cidrBlock: config.cidr,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: { Name: resourceName(scope, []) },
    });
    new DefaultSecurityGroup(scope, "default_security_group", { vpcId: vpc.id, ingress: [], egress: [] });
    const { publicTable, wayOut } = publicRoutes(scope, vpc);
    const subnets = subnetsOf(scope, config, vpc, publicTable);
    if (config.nat) buildNat(scope, vpc, { subnets, wayOut });
    if (config.dnsSuffix !== undefined) buildDns(scope, config.dnsSuffix, vpc);
    return new KnownNetwork(config, { id: vpc.id, subnets, peeringIds: peer(scope, config, vpc, publicTable) });
  },
};

function subnetsOf(scope: Construct, config: NetworkConfig, vpc: Vpc, publicTable: RouteTable) {
  const { region } = DeploymentStack.of(scope).context.settings;
  const ranges = planSubnets(config);
  return forEachEntry(scope, ["subnets"], config.subnets, (entry, subnet, name) => {
    const cidr = ranges[name] ?? config.cidr;
    const resource = new Subnet(entry, "Default", {
      vpcId: vpc.id,
      cidrBlock: cidr,
      mapPublicIpOnLaunch: false,
      ...(subnet.zone ? { availabilityZone: `${region}${subnet.zone}` } : {}),
      tags: { Name: resourceName(entry, [name]) },
    });
    const association = subnet.public
      ? new RouteTableAssociation(resource, "Default", { subnetId: resource.id, routeTableId: publicTable.id })
      : undefined;
    return { id: resource.id, cidr, association };
  });
}

/** Routes of public subnets. Private ones follow the table that every VPC has. */
function publicRoutes(scope: Construct, vpc: Vpc): { readonly publicTable: RouteTable; readonly wayOut: Route } {
  const gateway = new InternetGateway(scope, "internet_gateway", {
    vpcId: vpc.id,
    tags: { Name: resourceName(scope, []) },
  });
  const publicTable = new RouteTable(scope, "route_table", {
    vpcId: vpc.id,
    tags: { Name: resourceName(scope, ["public"]) },
  });
  const wayOut = new Route(publicTable, "internet", {
    routeTableId: publicTable.id,
    destinationCidrBlock: "0.0.0.0/0",
    gatewayId: gateway.id,
  });
  return { publicTable, wayOut };
}

/** What a NAT gateway stands behind. */
interface BehindGateway {
  readonly subnets: Readonly<
    Record<string, { readonly id: string; readonly association: RouteTableAssociation | undefined }>
  >;
  /** The route of public subnets to the internet, which waits for the internet gateway. */
  readonly wayOut: Route;
}

/** The gateway stands in the subnet `default`, so that no other subnet can move it. */
function buildNat(around: Construct, vpc: Vpc, { subnets, wayOut }: BehindGateway): void {
  const { id: subnetId, association } = subnets["default"] ?? {};
  if (subnetId === undefined || !association)
    throw problemAt(
      around,
      ["nat"],
      "aws: a NAT gateway stands in the public subnet `default`, which the network lacks",
      "Add `default: {}` to `subnets`, or write `nat: false`",
    );
  const tags = { Name: resourceName(around, ["nat"]) };
  const dependsOn = [wayOut, association];
  const address = new Eip(around, "nat_address", { domain: "vpc", tags, dependsOn });
  const { id: allocationId } = address;
  const gateway = new NatGateway(around, "nat_gateway", { subnetId, allocationId, tags, dependsOn });
  new Route(gateway, "internet", {
    routeTableId: vpc.mainRouteTableId,
    destinationCidrBlock: "0.0.0.0/0",
    natGatewayId: gateway.id,
  });
}

function buildDns(scope: Construct, domainName: string, vpc: Vpc): void {
  const tags = { Name: resourceName(scope, []) };
  const options = new VpcDhcpOptions(scope, "dns_options", {
    domainName,
    domainNameServers: ["AmazonProvidedDNS"],
    tags,
  });
  new VpcDhcpOptionsAssociation(options, "Default", { vpcId: vpc.id, dhcpOptionsId: options.id });
  new Route53Zone(scope, "dns_zone", { name: domainName, vpc: [{ vpcId: vpc.id }], comment: "private names" });
}

/** AWS makes both sides of a peering in one account; each side routes to the other by itself. */
function peer(scope: Construct, { peering }: NetworkConfig, vpc: Vpc, publicTable: RouteTable) {
  return forEachEntry(new Construct(scope, "peering_to"), ["peering"], peering, (entry, { network, cidr }, name) => {
    const connection = new VpcPeeringConnection(entry, "Default", {
      vpcId: vpc.id,
      peerVpcId: objectId(entry, ["network"], "network", network),
      autoAccept: true,
      tags: { Name: resourceName(entry, [name]) },
    });
    const route = { destinationCidrBlock: cidr, vpcPeeringConnectionId: connection.id };
    new Route(connection, "public", { ...route, routeTableId: publicTable.id });
    new Route(connection, "private", { ...route, routeTableId: vpc.mainRouteTableId });
    return connection.id;
  });
}

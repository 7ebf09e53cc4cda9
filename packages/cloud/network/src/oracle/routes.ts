import { Construct, DeploymentStack, Fn, forEachEntry, objectId, resourceName, Token } from "@infra/core";
import { Reference } from "@infra/inventory";
import { CoreDefaultRouteTable } from "@infra/provider-oci/lib/core-default-route-table";
import { CoreInternetGateway } from "@infra/provider-oci/lib/core-internet-gateway";
import { CoreLocalPeeringGateway } from "@infra/provider-oci/lib/core-local-peering-gateway";
import { CoreNatGateway } from "@infra/provider-oci/lib/core-nat-gateway";
import { CoreRouteTable } from "@infra/provider-oci/lib/core-route-table";
import type { CoreVcn } from "@infra/provider-oci/lib/core-vcn";
import type { NetworkConfig } from "../contract.js";

/** The OCID of a peering gateway. */
const gateway = "^ocid1[.]localpeeringgateway[.].+$";

/** The ids of the route tables of public and of private subnets. */
export interface RouteTables {
  readonly public: string;
  readonly private: string;
}

/** Routes of public subnets, which lead to the internet, and of private ones, which do so only through a NAT gateway. */
export function routeTables(
  scope: Construct,
  config: NetworkConfig,
  vcn: CoreVcn,
  peerings: Readonly<Record<string, string>>,
): RouteTables {
  const shared = { compartmentId: DeploymentStack.of(scope).account, vcnId: vcn.id };
  const internet = new CoreInternetGateway(scope, "internet_gateway", {
    ...shared,
    displayName: resourceName(scope, []),
    enabled: true,
  });
  const toPeers = Object.entries(config.peering).map(([name, { cidr }]) => route(cidr, peerings[name] ?? ""));
  const table = new CoreRouteTable(scope, "route_table", {
    ...shared,
    displayName: resourceName(scope, ["public"]),
    routeRules: [route("0.0.0.0/0", internet.id), ...toPeers],
  });
  const nat = config.nat ? [route("0.0.0.0/0", natGateway(scope, shared))] : [];
  new CoreDefaultRouteTable(scope, "default_route_table", {
    manageDefaultResourceId: vcn.defaultRouteTableId,
    displayName: resourceName(scope, ["private"]),
    routeRules: [...nat, ...toPeers],
  });
  return { public: table.id, private: vcn.defaultRouteTableId };
}

function route(destination: string, networkEntityId: string) {
  return { destination, destinationType: "CIDR_BLOCK", networkEntityId };
}

function natGateway(scope: Construct, shared: { readonly compartmentId: string; readonly vcnId: string }): string {
  return new CoreNatGateway(scope, "nat_gateway", { ...shared, displayName: resourceName(scope, ["nat"]) }).id;
}

/**
 * A gateway per peering. Oracle connects two gateways, and only one of them says so: the side whose `network` is the id of the other's
 * gateway, `{ output: <deployment>.network.peeringIds.<name> }`. The side that names the other network waits for it.
 */
export function peer(scope: Construct, { peering }: NetworkConfig, vcnId: string): Record<string, string> {
  return forEachEntry(new Construct(scope, "peering_to"), ["peering"], peering, (entry, { network }, name) => {
    const { id } = new CoreLocalPeeringGateway(entry, "Default", {
      compartmentId: DeploymentStack.of(scope).account,
      vcnId,
      displayName: resourceName(entry, [name]),
      ...peerOf(entry, network),
    });
    return id;
  });
}

/** The id of the other gateway, when that is what the inventory names; for a reference only the run knows. */
function peerOf(scope: Construct, network: string | Reference): { peerId?: string } {
  if (network instanceof Reference)
    return { peerId: Token.asString(Fn.one(Fn.regexall(gateway, objectId(scope, ["network"], "network", network)))) };
  const id = objectId(scope, ["network"], "network", network);
  return new RegExp(gateway).test(id) ? { peerId: id } : {};
}

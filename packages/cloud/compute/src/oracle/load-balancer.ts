import {
  Construct,
  DeploymentStack,
  forEachEntry,
  type IInstance,
  type ILoadBalancer,
  type INetwork,
  resourceName,
} from "@infra/core";
import { shorten } from "@infra/inventory";
import type { CoreInstancePool } from "@infra/provider-oci/lib/core-instance-pool";
import { CoreNetworkSecurityGroup } from "@infra/provider-oci/lib/core-network-security-group";
import { CoreNetworkSecurityGroupSecurityRule as SecurityRule } from "@infra/provider-oci/lib/core-network-security-group-security-rule";
import { CorePublicIp } from "@infra/provider-oci/lib/core-public-ip";
import { NetworkLoadBalancerBackend } from "@infra/provider-oci/lib/network-load-balancer-backend";
import { NetworkLoadBalancerBackendSet } from "@infra/provider-oci/lib/network-load-balancer-backend-set";
import { NetworkLoadBalancerListener } from "@infra/provider-oci/lib/network-load-balancer-listener";
import { NetworkLoadBalancerNetworkLoadBalancer as NetworkLoadBalancer } from "@infra/provider-oci/lib/network-load-balancer-network-load-balancer";
import { healthPort, listenersOf, type Listener, type LoadBalancerConfig } from "../load-balancer.js";

/** Longest name of a listener or backend set; to be checked against https://docs.oracle.com/en-us/iaas/api/#/en/networkloadbalancer/. */
const maxLength = 32;

/** What a load balancer leads to, and where it stands. */
interface Around {
  readonly servers: Readonly<Record<string, IInstance>>;
  /** The pool that servers come from and go to. @default - servers are known one by one */
  readonly pool: CoreInstancePool | undefined;
  readonly network: INetwork;
  /** Name of the subnet. */
  readonly subnet: string;
}

/** A network load balancer with a reserved address, so that records in DNS can name it. Servers see the addresses of clients. */
export function loadBalancer(
  around: Construct,
  group: string,
  config: LoadBalancerConfig,
  { servers, pool, network, subnet }: Around,
): ILoadBalancer {
  const scope = new Construct(around, "load_balancer");
  const { account: compartmentId, context } = DeploymentStack.of(scope);
  const shared = { compartmentId, displayName: resourceName(scope, [group, "lb"]) };
  const { id: reserved, ipAddress } = new CorePublicIp(scope, "public_address", {
    ...shared,
    lifetime: "RESERVED",
    lifecycle: { ignoreChanges: ["private_ip_id"] },
  });
  const securityGroup = new CoreNetworkSecurityGroup(scope, "security_group", { ...shared, vcnId: network.id });
  const { id: networkLoadBalancerId } = new NetworkLoadBalancer(scope, "Default", {
    ...shared,
    subnetId: network.subnetId(subnet),
    isPrivate: false,
    reservedIps: [{ id: reserved }],
    networkSecurityGroupIds: [securityGroup.id],
    dependsOn: network.prerequisites?.(subnet) ?? [],
    lifecycle: { preventDestroy: context.settings.deletionProtection },
  });
  new SecurityRule(scope, "all_outbound", {
    networkSecurityGroupId: securityGroup.id,
    direction: "EGRESS",
    protocol: "all",
    destination: network.cidr,
    destinationType: "CIDR_BLOCK",
  });
  const sets = forEachEntry(scope, ["loadBalancer", "listeners"], listenersOf(config), (entry, listener, name) => {
    allow(entry, securityGroup.id, listener);
    const backendSetName = listen(entry, shorten(name, maxLength), listener, config, networkLoadBalancerId);
    const backend = { networkLoadBalancerId, backendSetName, port: listener.targetPort };
    for (const [server, { id }] of Object.entries(servers))
      new NetworkLoadBalancerBackend(entry, `target_${server}`, { ...backend, targetId: id });
    return { loadBalancerId: networkLoadBalancerId, backendSetName, port: listener.targetPort };
  });
  pool?.putLoadBalancers(Object.values(sets).map((set) => ({ ...set, vnicSelection: "PrimaryVnic" })));
  return { address: ipAddress };
}

/** Everyone reaches the port of a listener; what reaches the servers, their own firewall decides. */
function allow(scope: Construct, networkSecurityGroupId: string, { port }: Listener): void {
  new SecurityRule(scope, "inbound", {
    networkSecurityGroupId,
    direction: "INGRESS",
    protocol: "6",
    source: "0.0.0.0/0",
    sourceType: "CIDR_BLOCK",
    tcpOptions: { destinationPortRange: { min: port, max: port } },
  });
}

/** A listener and its backend set. @returns the set's name, which waits for it. */
function listen(
  scope: Construct,
  name: string,
  listener: Listener,
  config: LoadBalancerConfig,
  networkLoadBalancerId: string,
): string {
  const set = new NetworkLoadBalancerBackendSet(scope, "targets", {
    networkLoadBalancerId,
    name,
    policy: "FIVE_TUPLE",
    isPreserveSource: true,
    healthChecker: healthChecker(config, listener),
  });
  new NetworkLoadBalancerListener(scope, "listener", {
    networkLoadBalancerId,
    name,
    defaultBackendSetName: set.name,
    port: listener.port,
    protocol: "TCP",
  });
  return set.name;
}

function healthChecker(config: LoadBalancerConfig, listener: Listener) {
  const { protocol, path, interval } = config.healthCheck;
  return {
    protocol: protocol.toUpperCase(),
    port: healthPort(config, listener),
    intervalInMillis: interval * 1000,
    timeoutInMillis: Math.min(interval * 1000, 10_000) / 2,
    retries: 3,
    ...(protocol === "http" ? { urlPath: path, returnCode: 200 } : {}),
  };
}

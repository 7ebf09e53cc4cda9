import { Lb } from "@cdktf/provider-azurerm/lib/lb";
import { LbBackendAddressPool } from "@cdktf/provider-azurerm/lib/lb-backend-address-pool";
import { LbProbe } from "@cdktf/provider-azurerm/lib/lb-probe";
import { LbRule } from "@cdktf/provider-azurerm/lib/lb-rule";
import { NetworkInterfaceBackendAddressPoolAssociation } from "@cdktf/provider-azurerm/lib/network-interface-backend-address-pool-association";
import { PublicIp } from "@cdktf/provider-azurerm/lib/public-ip";
import { azurePlace, Construct, DeploymentStack, forEachEntry, resourceName } from "@infra/core";
import { ipConfigurationName } from "./instance.js";
import { healthPort, type Listener, listenersOf, type LoadBalancerConfig } from "../load-balancer.js";

/** Name of the one public side of every load balancer. */
const frontend = "public";

/** A load balancer whose servers are added to it afterwards. */
export interface Balancer {
  readonly address: string;
  /** The servers that it leads to. */
  readonly backendAddressPoolId: string;
  /** Adds a server by its network interface. */
  readonly add: (name: string, networkInterfaceId: string) => void;
}

/** A standard load balancer. It passes packets on with the address of who connects: the firewall of the servers decides. */
export function loadBalancer(around: Construct, group: string, config: LoadBalancerConfig): Balancer {
  const scope = new Construct(around, "load_balancer");
  const shared = { ...azurePlace(scope), name: resourceName(scope, [group, "lb"], { maxLength: 80 }), sku: "Standard" };
  const { deletionProtection } = DeploymentStack.of(scope).context.settings;
  const address = new PublicIp(scope, "public_address", {
    ...shared,
    allocationMethod: "Static",
    ...(deletionProtection ? { lifecycle: { preventDestroy: true } } : {}),
  });
  const { id: loadbalancerId } = new Lb(scope, "Default", {
    ...shared,
    frontendIpConfiguration: [{ name: frontend, publicIpAddressId: address.id }],
  });
  const { id: backendAddressPoolId } = new LbBackendAddressPool(scope, "backend_pool", {
    loadbalancerId,
    name: "servers",
  });
  forEachEntry(scope, ["loadBalancer", "listeners"], listenersOf(config), (entry, listener, name) => {
    new LbRule(entry, "listener", {
      loadbalancerId,
      name,
      protocol: "Tcp",
      frontendIpConfigurationName: frontend,
      frontendPort: listener.port,
      backendPort: listener.targetPort,
      backendAddressPoolIds: [backendAddressPoolId],
      probeId: probe(entry, name, listener, config, loadbalancerId),
      // Servers go out by their own addresses or through NAT.
      disableOutboundSnat: true,
    });
  });
  return {
    address: address.ipAddress,
    backendAddressPoolId,
    add: (name, networkInterfaceId) => {
      new NetworkInterfaceBackendAddressPoolAssociation(scope, `target_${name}`, {
        networkInterfaceId,
        ipConfigurationName,
        backendAddressPoolId,
      });
    },
  };
}

function probe(
  scope: Construct,
  name: string,
  listener: Listener,
  config: LoadBalancerConfig,
  loadbalancerId: string,
): string {
  const { protocol, path, interval } = config.healthCheck;
  return new LbProbe(scope, "health_check", {
    loadbalancerId,
    name,
    port: healthPort(config, listener),
    intervalInSeconds: interval,
    ...(protocol === "http" ? { protocol: "Http", requestPath: path } : { protocol: "Tcp" }),
  }).id;
}

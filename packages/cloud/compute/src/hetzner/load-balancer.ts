import {
  Construct,
  DeploymentStack,
  forEachEntry,
  type IInstance,
  type ILoadBalancer,
  type ITerraformDependable,
  resourceName,
  Token,
} from "@infra/core";
import { LoadBalancer } from "@infra/provider-hcloud/lib/load-balancer";
import { LoadBalancerNetwork } from "@infra/provider-hcloud/lib/load-balancer-network";
import { LoadBalancerService } from "@infra/provider-hcloud/lib/load-balancer-service";
import { LoadBalancerTargetA as LoadBalancerTarget } from "@infra/provider-hcloud/lib/load-balancer-target";
import { healthPort, type Listener, listenersOf, type LoadBalancerConfig } from "../load-balancer.js";

/** The smallest type: 5 services, 25 targets; to be checked against https://docs.hetzner.com/cloud/load-balancers/overview/. */
const loadBalancerType = "lb11";

/** How often a server must fail in a row before it gets no traffic. */
const retries = 3;

/** What a load balancer leads to, and where it stands. */
interface Around {
  readonly servers: Readonly<Record<string, IInstance>>;
  /** What attaches the servers to the private network; a target by its private address is refused before that. */
  readonly attachments: readonly ITerraformDependable[];
  readonly subnetId: string;
}

/** A load balancer that reaches its servers over the private network. */
export function loadBalancer(
  around: Construct,
  group: string,
  config: LoadBalancerConfig,
  { servers, attachments, subnetId }: Around,
): ILoadBalancer {
  const scope = new Construct(around, "load_balancer");
  const { settings } = DeploymentStack.of(scope).context;
  const balancer = new LoadBalancer(scope, "Default", {
    name: resourceName(scope, [group]),
    loadBalancerType,
    location: settings.region,
    deleteProtection: settings.deletionProtection,
  });
  const network = new LoadBalancerNetwork(scope, "private_network", {
    loadBalancerId: Token.asNumber(balancer.id),
    subnetId,
  });
  forEachEntry(scope, ["loadBalancer", "listeners"], listenersOf(config), (entry, listener) => {
    new LoadBalancerService(entry, "listener", {
      loadBalancerId: balancer.id,
      protocol: "tcp",
      listenPort: listener.port,
      destinationPort: listener.targetPort,
      healthCheck: healthCheck(config, listener),
    });
  });
  for (const [name, { id }] of Object.entries(servers))
    new LoadBalancerTarget(scope, `target_${name}`, {
      type: "server",
      loadBalancerId: Token.asNumber(balancer.id),
      serverId: Token.asNumber(id),
      usePrivateIp: true,
      dependsOn: [network, ...attachments],
    });
  return { address: balancer.ipv4 };
}

function healthCheck(config: LoadBalancerConfig, listener: Listener) {
  const { protocol, path, interval } = config.healthCheck;
  return {
    protocol,
    port: healthPort(config, listener),
    interval,
    timeout: Math.min(interval, 10),
    retries,
    ...(protocol === "http" ? { http: { path, statusCodes: ["200"] } } : {}),
  };
}

import { Loadbalancer } from "@cdktf/provider-digitalocean/lib/loadbalancer";
import { Construct, DeploymentStack, type ILoadBalancer, resourceName, Token } from "@infra/core";
import { healthPort, listenersOf, type LoadBalancerConfig } from "../load-balancer.js";
import type { Targets } from "../servers.js";

/** How often a server must answer, and fail, in a row before that counts. */
const threshold = 3;

/** A load balancer that reaches its droplets over the VPC, and holds all its listeners. */
export function loadBalancer(
  around: Construct,
  group: string,
  config: LoadBalancerConfig,
  { servers, pool }: Targets,
  vpcUuid: string,
): ILoadBalancer {
  const scope = new Construct(around, "load_balancer");
  const { region, deletionProtection } = DeploymentStack.of(scope).context.settings;
  const { ip } = new Loadbalancer(scope, "Default", {
    name: resourceName(scope, [group]),
    region,
    vpcUuid,
    forwardingRule: Object.values(listenersOf(config)).map(({ port, targetPort }) => ({
      entryProtocol: "tcp",
      entryPort: port,
      targetProtocol: "tcp",
      targetPort,
    })),
    healthcheck: healthCheck(config),
    ...(pool === undefined
      ? { dropletIds: Object.values(servers).map(({ id }) => Token.asNumber(id)) }
      : { dropletTag: pool }),
    lifecycle: { preventDestroy: deletionProtection },
  });
  return { address: ip };
}

/** DigitalOcean makes one health check for all listeners: without a port of its own, it asks the lowest that a listener leads to. */
function healthCheck(config: LoadBalancerConfig) {
  const { protocol, path, interval } = config.healthCheck;
  const ports = Object.values(listenersOf(config)).map((listener) => healthPort(config, listener));
  return {
    protocol,
    port: Math.min(...ports),
    checkIntervalSeconds: interval,
    responseTimeoutSeconds: Math.min(interval, 10),
    healthyThreshold: threshold,
    unhealthyThreshold: threshold,
    ...(protocol === "http" ? { path } : {}),
  };
}

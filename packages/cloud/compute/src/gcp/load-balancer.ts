import { ComputeAddress } from "@cdktf/provider-google/lib/compute-address";
import { ComputeFirewall } from "@cdktf/provider-google/lib/compute-firewall";
import { ComputeForwardingRule } from "@cdktf/provider-google/lib/compute-forwarding-rule";
import { ComputeInstanceGroup } from "@cdktf/provider-google/lib/compute-instance-group";
import { ComputeRegionBackendService } from "@cdktf/provider-google/lib/compute-region-backend-service";
import { ComputeRegionHealthCheck } from "@cdktf/provider-google/lib/compute-region-health-check";
import { checkRegion, Construct, DeploymentStack, forEachEntry, type ILoadBalancer, resourceName } from "@infra/core";
import { healthPort, type Listener, listenersOf, type LoadBalancerConfig } from "../load-balancer.js";
import type { Targets } from "../servers.js";

/** Where health checks come from; to be checked against https://cloud.google.com/load-balancing/docs/firewall-rules. */
const healthCheckNetworks = ["35.191.0.0/16", "130.211.0.0/22", "209.85.152.0/22", "209.85.204.0/22"];

/** Seconds that a server may take to answer a health check: less than the shortest interval. */
const timeoutSec = 4;

/** What a load balancer must know of the servers of its group. */
interface Backends {
  readonly networkId: string;
  /** Tag of the servers. */
  readonly tag: string;
  /** The cloud's name of the zone that the servers are in, unless they are a pool. */
  readonly zone: string;
}

/** A network load balancer, which passes packets on as they come: servers see who connects, and their firewall decides. */
export function loadBalancer(
  around: Construct,
  group: string,
  config: LoadBalancerConfig,
  targets: Targets,
  backends: Backends,
): ILoadBalancer {
  const scope = new Construct(around, "load_balancer");
  const { name: region } = checkRegion(scope);
  const { deletionProtection } = DeploymentStack.of(scope).context.settings;
  const address = new ComputeAddress(scope, "public_address", {
    name: resourceName(scope, [group]),
    region,
    ...(deletionProtection ? { lifecycle: { preventDestroy: true } } : {}),
  });
  const members = targets.pool ?? instanceGroup(scope, group, targets, backends.zone);
  forEachEntry(scope, ["loadBalancer", "listeners"], listenersOf(config), (entry, listener, key) => {
    const name = resourceName(entry, [group, "lb", key]);
    const healthCheckers = new ComputeFirewall(entry, "health_checkers", {
      name,
      description: "health checks",
      network: backends.networkId,
      direction: "INGRESS",
      targetTags: [backends.tag],
      sourceRanges: healthCheckNetworks,
      allow: [{ protocol: "tcp", ports: [String(healthPort(config, listener))] }],
    });
    new ComputeForwardingRule(entry, "listener", {
      name,
      region,
      loadBalancingScheme: "EXTERNAL",
      ipAddress: address.address,
      ipProtocol: "TCP",
      portRange: String(listener.port),
      dependsOn: [healthCheckers],
      backendService: new ComputeRegionBackendService(entry, "targets", {
        name,
        region,
        protocol: "TCP",
        loadBalancingScheme: "EXTERNAL",
        healthChecks: [healthCheck(entry, name, listener, config, region)],
        backend: [{ group: members, balancingMode: "CONNECTION" }],
      }).id,
    });
  });
  return { address: address.address };
}

function instanceGroup(scope: Construct, group: string, { servers }: Targets, zone: string): string {
  return new ComputeInstanceGroup(scope, "instance_group", {
    name: resourceName(scope, [group]),
    zone,
    instances: Object.values(servers).map(({ id }) => id),
  }).selfLink;
}

function healthCheck(
  scope: Construct,
  name: string,
  listener: Listener,
  config: LoadBalancerConfig,
  region: string,
): string {
  const { protocol, path, interval } = config.healthCheck;
  const port = healthPort(config, listener);
  return new ComputeRegionHealthCheck(scope, "health_check", {
    name,
    region,
    checkIntervalSec: interval,
    timeoutSec,
    ...(protocol === "http" ? { httpHealthCheck: { port, requestPath: path } } : { tcpHealthCheck: { port } }),
  }).id;
}

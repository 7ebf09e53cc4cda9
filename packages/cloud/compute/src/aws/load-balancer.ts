import { AutoscalingAttachment } from "@cdktf/provider-aws/lib/autoscaling-attachment";
import { Eip } from "@cdktf/provider-aws/lib/eip";
import { Lb } from "@cdktf/provider-aws/lib/lb";
import { LbListener } from "@cdktf/provider-aws/lib/lb-listener";
import { LbTargetGroup } from "@cdktf/provider-aws/lib/lb-target-group";
import { LbTargetGroupAttachment } from "@cdktf/provider-aws/lib/lb-target-group-attachment";
import { Construct, DeploymentStack, forEachEntry, type ILoadBalancer, type INetwork, resourceName } from "@infra/core";
import { healthPort, listenersOf, type Listener, type LoadBalancerConfig } from "../load-balancer.js";
import type { Targets } from "../servers.js";

/** Longest name of a load balancer or target group. */
const maxLength = 32;

/** Where a load balancer stands. */
interface Place {
  readonly network: INetwork;
  /** Name of the subnet. */
  readonly subnet: string;
}

/** A network load balancer with an address of its own, so that records in DNS can name it. */
export function loadBalancer(
  around: Construct,
  group: string,
  config: LoadBalancerConfig,
  targets: Targets,
  { network, subnet }: Place,
): ILoadBalancer {
  const scope = new Construct(around, "load_balancer");
  const { deletionProtection } = DeploymentStack.of(scope).context.settings;
  const dependsOn = network.prerequisites?.(subnet) ?? [];
  const { id: allocationId, publicIp } = new Eip(scope, "public_address", {
    domain: "vpc",
    tags: { Name: resourceName(scope, [group]) },
    dependsOn,
    lifecycle: { preventDestroy: deletionProtection },
  });
  const balancer = new Lb(scope, "Default", {
    name: resourceName(scope, [group], { maxLength, reserved: "internal-" }),
    loadBalancerType: "network",
    subnetMapping: [{ subnetId: network.subnetId(subnet), allocationId }],
    enableDeletionProtection: deletionProtection,
    dependsOn,
  });
  forEachEntry(scope, ["loadBalancer", "listeners"], listenersOf(config), (entry, listener, name) => {
    const targetGroupArn = targetGroup(entry, [group, name], listener, config, network);
    attach(entry, targetGroupArn, targets);
    new LbListener(entry, "listener", {
      loadBalancerArn: balancer.arn,
      port: listener.port,
      protocol: "TCP",
      defaultAction: [{ type: "forward", targetGroupArn }],
    });
  });
  return { address: publicIp };
}

function targetGroup(
  scope: Construct,
  name: readonly string[],
  listener: Listener,
  config: LoadBalancerConfig,
  network: INetwork,
): string {
  const { protocol, path, interval } = config.healthCheck;
  return new LbTargetGroup(scope, "targets", {
    name: resourceName(scope, name, { maxLength }),
    port: listener.targetPort,
    protocol: "TCP",
    vpcId: network.id,
    targetType: "instance",
    healthCheck: {
      protocol: protocol.toUpperCase(),
      port: String(healthPort(config, listener)),
      interval,
      ...(protocol === "http" ? { path } : {}),
    },
  }).arn;
}

function attach(scope: Construct, targetGroupArn: string, { servers, pool }: Targets): void {
  for (const [name, { id }] of Object.entries(servers))
    new LbTargetGroupAttachment(scope, `target_${name}`, { targetGroupArn, targetId: id });
  if (pool !== undefined)
    new AutoscalingAttachment(scope, "targets_of_pool", {
      autoscalingGroupName: pool,
      lbTargetGroupArn: targetGroupArn,
    });
}

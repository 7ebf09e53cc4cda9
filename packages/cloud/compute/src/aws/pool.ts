import { AutoscalingGroup } from "@cdktf/provider-aws/lib/autoscaling-group";
import { AutoscalingPolicy } from "@cdktf/provider-aws/lib/autoscaling-policy";
import { LaunchTemplate } from "@cdktf/provider-aws/lib/launch-template";
import { base64, Construct, DeploymentStack, resourceName, standardLabels } from "@infra/core";
import { keyOf, type Kind, metadataOptions } from "./instance.js";
import type { GroupPlan } from "../servers.js";

/** An auto scaling group, whose servers get their labels from it. */
export function pool(around: Construct, name: string, plan: GroupPlan, kind: Kind): string {
  const { min = 1, max = 1, targetCpu = 60 } = plan.group.autoscaling ?? {};
  const scope = new Construct(around, "pool");
  const poolName = resourceName(scope, [name], { maxLength: 255 });
  const labels = { ...plan.labels, ...standardLabels(DeploymentStack.of(scope).context), Name: poolName };
  const group = new AutoscalingGroup(scope, "Default", {
    name: poolName,
    minSize: min,
    maxSize: max,
    vpcZoneIdentifier: [plan.subnetId],
    launchTemplate: { id: launchTemplate(scope, name, plan, kind), version: "$Latest" },
    tag: Object.entries(labels).map(([key, value]) => ({ key, value, propagateAtLaunch: true })),
    dependsOn: plan.dependsOn,
    lifecycle: { ignoreChanges: ["load_balancers", "target_group_arns"] },
  });
  new AutoscalingPolicy(scope, "policy", {
    name: poolName,
    autoscalingGroupName: group.name,
    policyType: "TargetTrackingScaling",
    targetTrackingConfiguration: {
      predefinedMetricSpecification: { predefinedMetricType: "ASGAverageCPUUtilization" },
      targetValue: targetCpu,
    },
  });
  return group.name;
}

function launchTemplate(scope: Construct, name: string, plan: GroupPlan, { image, instanceType }: Kind): string {
  return new LaunchTemplate(scope, "template", {
    name: resourceName(scope, [name], { maxLength: 125 }),
    imageId: image.id,
    instanceType,
    ...keyOf(plan),
    userData: base64(scope, "user_data", plan.userData),
    metadataOptions,
    networkInterfaces: [
      { associatePublicIpAddress: String(plan.group.publicAddress), securityGroups: [plan.firewallId] },
    ],
    blockDeviceMappings: [{ deviceName: image.rootDeviceName, ebs: { encrypted: "true", volumeType: "gp3" } }],
    lifecycle: { ignoreChanges: ["image_id"] },
  }).id;
}

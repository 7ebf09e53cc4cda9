import { Construct, DeploymentStack, resourceName, standardLabels } from "@infra/core";
import { AutoscalingAutoScalingConfiguration as AutoScaling } from "@infra/provider-oci/lib/autoscaling-auto-scaling-configuration";
import { CoreInstanceConfiguration } from "@infra/provider-oci/lib/core-instance-configuration";
import { CoreInstancePool } from "@infra/provider-oci/lib/core-instance-pool";
import { instanceOptions, type Kind, metadataOf } from "./instance.js";
import type { GroupPlan } from "../servers.js";

/** Seconds between two changes of a pool's size, the fewest that Oracle takes. */
const coolDownInSeconds = 300;

/** An instance pool. Above the wanted use of processors Oracle adds a server; below half of it, it removes one. */
export function pool(around: Construct, name: string, plan: GroupPlan, kind: Kind): CoreInstancePool {
  const { min = 1, max = 1, targetCpu = 60 } = plan.group.autoscaling ?? {};
  const { compartmentId, availabilityDomain } = kind;
  const scope = new Construct(around, "pool");
  const displayName = resourceName(scope, [name]);
  const resource = new CoreInstancePool(scope, "Default", {
    compartmentId,
    displayName,
    instanceConfigurationId: configuration(scope, displayName, plan, kind),
    size: min,
    placementConfigurations: [{ availabilityDomain, primaryVnicSubnets: { subnetId: plan.subnetId } }],
    dependsOn: plan.dependsOn,
    lifecycle: { ignoreChanges: ["size"] },
  });
  new AutoScaling(scope, "policy", {
    compartmentId,
    displayName,
    coolDownInSeconds,
    autoScalingResources: { id: resource.id, type: "instancePool" },
    policies: [
      {
        displayName,
        policyType: "threshold",
        capacity: { initial: min, min, max },
        rules: [rule("more", 1, "GT", targetCpu), rule("fewer", -1, "LT", Math.floor(targetCpu / 2))],
      },
    ],
  });
  return resource;
}

function rule(displayName: string, step: number, operator: string, value: number) {
  return {
    displayName,
    action: { type: "CHANGE_COUNT_BY", value: step },
    metric: { metricType: "CPU_UTILIZATION", threshold: { operator, value } },
  };
}

/** What new servers are made from. It cannot be changed: another takes its place before it goes. */
function configuration(scope: Construct, displayName: string, plan: GroupPlan, { imageId, ...kind }: Kind): string {
  return new CoreInstanceConfiguration(scope, "template", {
    compartmentId: kind.compartmentId,
    displayName,
    instanceDetails: {
      instanceType: "compute",
      launchDetails: {
        ...kind,
        displayName,
        sourceDetails: { sourceType: "image", imageId },
        createVnicDetails: {
          subnetId: plan.subnetId,
          nsgIds: [plan.firewallId],
          assignPublicIp: plan.group.publicAddress,
        },
        metadata: metadataOf(scope, "user_data", plan),
        instanceOptions,
        isPvEncryptionInTransitEnabled: true,
        freeformTags: { ...plan.labels, ...standardLabels(DeploymentStack.of(scope).context) },
      },
    },
    lifecycle: {
      createBeforeDestroy: true,
      ignoreChanges: ["instance_details[0].launch_details[0].source_details[0].image_id"],
    },
  }).id;
}

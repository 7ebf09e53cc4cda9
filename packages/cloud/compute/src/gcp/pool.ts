import { ComputeRegionAutoscaler } from "@cdktf/provider-google/lib/compute-region-autoscaler";
import { ComputeRegionInstanceGroupManager } from "@cdktf/provider-google/lib/compute-region-instance-group-manager";
import { ComputeRegionInstanceTemplate } from "@cdktf/provider-google/lib/compute-region-instance-template";
import { checkRegion, Construct, gcpMetadata, resourceName } from "@infra/core";
import { type Kind, networkInterface, shielded, zoneOf } from "./instance.js";
import type { GroupPlan } from "../servers.js";

/** Longest prefix of a template's name, and longest beginning of the names of a pool's servers. */
const maxLength = { template: 36, server: 54 };

/** Seconds that a new server gets to boot before its load counts. */
const cooldownPeriod = 90;

/** A managed group of servers over the zones of the region, or in the zone that the subnet names. */
export function pool(around: Construct, name: string, plan: GroupPlan, kind: Kind): string {
  const { min = 1, max = 1, targetCpu = 60 } = plan.group.autoscaling ?? {};
  const scope = new Construct(around, "pool");
  const { name: region } = checkRegion(scope);
  const manager = new ComputeRegionInstanceGroupManager(scope, "Default", {
    name: resourceName(scope, [name]),
    region,
    baseInstanceName: resourceName(scope, [name], { maxLength: maxLength.server }),
    ...(plan.zone ? { distributionPolicyZones: [zoneOf(scope, plan.zone)] } : {}),
    version: [{ instanceTemplate: template(scope, name, plan, kind, region) }],
    dependsOn: plan.dependsOn,
    updatePolicy: { type: "OPPORTUNISTIC", minimalAction: "REPLACE" },
  });
  new ComputeRegionAutoscaler(scope, "policy", {
    name: resourceName(scope, [name]),
    region,
    target: manager.id,
    autoscalingPolicy: {
      minReplicas: min,
      maxReplicas: max,
      cooldownPeriod,
      cpuUtilization: { target: targetCpu / 100 },
    },
  });
  return manager.instanceGroup;
}

/** Templates never change: another one takes the place, and counts for servers that are made later. */
function template(scope: Construct, name: string, plan: GroupPlan, kind: Kind, region: string): string {
  return new ComputeRegionInstanceTemplate(scope, "template", {
    namePrefix: `${resourceName(scope, [name], { maxLength: maxLength.template })}-`,
    region,
    machineType: kind.machineType,
    tags: [plan.firewallId],
    labels: { ...plan.labels },
    disk: [{ boot: true, autoDelete: true, sourceImage: kind.image, diskType: kind.disk }],
    networkInterface: [networkInterface(plan)],
    metadata: gcpMetadata(plan),
    shieldedInstanceConfig: shielded(kind),
    lifecycle: { createBeforeDestroy: true, ignoreChanges: ["disk[0].source_image"] },
  }).selfLink;
}

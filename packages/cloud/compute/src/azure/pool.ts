import {
  MonitorAutoscaleSetting,
  type MonitorAutoscaleSettingProfileRule,
} from "@cdktf/provider-azurerm/lib/monitor-autoscale-setting";
import { OrchestratedVirtualMachineScaleSet } from "@cdktf/provider-azurerm/lib/orchestrated-virtual-machine-scale-set";
import { azurePlace, base64, Construct, resourceName } from "@infra/core";
import { ipConfigurationName, type Kind, loginOf, maxLength, storageAccountType, zoneNumbers } from "./instance.js";
import type { GroupPlan } from "../servers.js";

/** Part of the processors' use that is aimed at, below which a server is too many. */
const idleShare = 0.5;

/** A scale set of servers that azure spreads over as many hosts as it can. Its servers have no secure boot: azure's provider cannot say so. */
export function pool(
  around: Construct,
  name: string,
  plan: GroupPlan,
  kind: Kind,
  backendAddressPoolId?: string,
): string {
  const { min = 1, max = 1, targetCpu = 60 } = plan.group.autoscaling ?? {};
  const scope = new Construct(around, "pool");
  const shared = { ...azurePlace(scope), name: resourceName(scope, [name], { maxLength }) };
  const { id } = new OrchestratedVirtualMachineScaleSet(scope, "Default", {
    ...shared,
    platformFaultDomainCount: 1,
    skuName: kind.size,
    instances: min,
    ...(plan.zone ? { zones: [zoneNumbers[plan.zone]] } : {}),
    osProfile: {
      customData: base64(scope, "custom_data", plan.userData),
      linuxConfiguration: loginOf(around, plan),
    },
    sourceImageReference: kind.image,
    osDisk: { caching: "ReadWrite", storageAccountType },
    networkInterface: [networkInterface(plan, kind, backendAddressPoolId)],
    tags: { ...plan.labels },
    dependsOn: plan.dependsOn,
    lifecycle: { ignoreChanges: ["instances", "os_profile[0].linux_configuration[0].admin_ssh_key"] },
  });
  new MonitorAutoscaleSetting(scope, "policy", {
    ...shared,
    targetResourceId: id,
    profile: [
      {
        name: "load",
        capacity: { default: min, minimum: min, maximum: max },
        rule: [
          scale(id, "Increase", "GreaterThan", targetCpu),
          scale(id, "Decrease", "LessThan", targetCpu * idleShare),
        ],
      },
    ],
  });
  return id;
}

function networkInterface({ group, subnetId, firewallId }: GroupPlan, kind: Kind, backendPoolId: string | undefined) {
  return {
    name: "private",
    primary: true,
    networkSecurityGroupId: firewallId,
    ipConfiguration: [
      {
        name: ipConfigurationName,
        primary: true,
        subnetId,
        ...(kind.membershipId === undefined ? {} : { applicationSecurityGroupIds: [kind.membershipId] }),
        ...(backendPoolId === undefined ? {} : { loadBalancerBackendAddressPoolIds: [backendPoolId] }),
        ...(group.publicAddress ? { publicIpAddress: [{ name: "public", skuName: "Standard_Regional" }] } : {}),
      },
    ],
  };
}

/** One server more or less when the average of five minutes says so. */
function scale(
  metricResourceId: string,
  direction: "Increase" | "Decrease",
  operator: "GreaterThan" | "LessThan",
  threshold: number,
): MonitorAutoscaleSettingProfileRule {
  return {
    metricTrigger: {
      metricName: "Percentage CPU",
      metricResourceId,
      operator,
      threshold,
      statistic: "Average",
      timeAggregation: "Average",
      timeGrain: "PT1M",
      timeWindow: "PT5M",
    },
    scaleAction: { direction, type: "ChangeCount", value: 1, cooldown: "PT5M" },
  };
}

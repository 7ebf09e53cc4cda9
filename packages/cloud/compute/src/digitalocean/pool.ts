import { DropletAutoscale } from "@cdktf/provider-digitalocean/lib/droplet-autoscale";
import { Construct, DeploymentStack, labelList, problemAt, resourceName, standardLabels } from "@infra/core";
import type { Kind } from "./droplet.js";
import { hasPublicIpv6 } from "../ipv6.js";
import type { GroupPlan } from "../servers.js";

/** A pool of droplets. A load balancer names it by the tag of its firewall, which all its droplets carry. */
export function pool(around: Construct, name: string, plan: GroupPlan, kind: Kind): string {
  if (plan.keyIds.length === 0)
    throw problemAt(
      around,
      ["autoscaling"],
      "digitalocean: the droplets of a pool need an SSH key",
      "Add `ssh` with the keys of those who may log in, or write `count` instead of `autoscaling`",
    );
  const { min = 1, max = 1, targetCpu = 60 } = plan.group.autoscaling ?? {};
  const scope = new Construct(around, "pool");
  const { context } = DeploymentStack.of(scope);
  new DropletAutoscale(scope, "Default", {
    name: resourceName(scope, [name]),
    dependsOn: plan.dependsOn,
    config: { minInstances: min, maxInstances: max, targetCpuUtilization: targetCpu / 100 },
    dropletTemplate: {
      ...kind,
      region: context.settings.region,
      vpcUuid: plan.subnetId,
      ipv6: hasPublicIpv6(plan.group),
      sshKeys: [...plan.keyIds],
      userData: plan.userData,
      tags: [plan.firewallId, ...labelList({ ...plan.labels, ...standardLabels(context) })],
      withDropletAgent: false,
    },
  });
  return plan.firewallId;
}

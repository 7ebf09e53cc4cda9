import { type IConstruct, TerraformResource } from "./cdktf.js";
import type { DeploymentContext } from "./deployment-stack.js";

/** The labels that every resource carries. */
export function standardLabels({ settings, environment, name }: DeploymentContext): Record<string, string> {
  return { product: settings.product, environment, stack: name, "managed-by": "infra" };
}

/** The attributes in which the clouds keep labels. */
const attributes = ["labels", "tags", "freeformTags"] as const;

/** Adds the standard labels to every resource below a construct that can carry labels. */
export function applyLabels(root: IConstruct, labels: Record<string, string>): void {
  for (const construct of root.node.findAll()) {
    if (!TerraformResource.isTerraformResource(construct)) continue;
    const resource = construct as unknown as Record<string, unknown>;
    for (const attribute of attributes) {
      const input = `${attribute}Input`;
      if (input in resource) resource[attribute] = { ...(resource[input] as object | undefined), ...labels };
    }
  }
}

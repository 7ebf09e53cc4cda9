import { TerraformResource } from "./cdktf.js";
import type { DeploymentContext, DeploymentStack } from "./deployment-stack.js";

/** The labels that every resource carries. */
export function standardLabels({ settings, environment, name }: DeploymentContext): Record<string, string> {
  return { product: settings.product, environment, stack: name, "managed-by": "infra" };
}

/** Adds labels to every resource of a stack that can carry them, in the form of the provider that makes it. */
export function applyLabels(stack: DeploymentStack, labels: Record<string, string>): void {
  for (const construct of stack.node.findAll()) {
    if (!TerraformResource.isTerraformResource(construct)) continue;
    const form = stack.makerOf(construct)?.labels;
    if (!form || form.except?.includes(construct.terraformResourceType)) continue;
    const { attribute, shape } = form;
    const input = `${attribute}Input`;
    const resource = construct as unknown as Record<string, unknown>;
    if (!(input in resource)) continue;
    resource[attribute] =
      shape === "map"
        ? { ...(resource[input] as object | undefined), ...labels }
        : [...((resource[input] as string[] | undefined) ?? []), ...labelList(labels)];
  }
}

/** Labels for a cloud whose resources carry a list of words: `environment:production`. */
export function labelList(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels).map(([key, value]) => `${key}:${value}`);
}

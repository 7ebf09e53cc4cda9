import type { Construct } from "./cdktf.js";
import { DeploymentStack } from "./deployment-stack.js";
import { checkRegion } from "./facts.js";

/** Where a resource of azure is kept: in the resource group of its deployment. @throws InfraError for an unknown region. */
export function azurePlace(scope: Construct): { readonly resourceGroupName: string; readonly location: string } {
  checkRegion(scope);
  const { name, location } = DeploymentStack.of(scope).useResourceGroup();
  return { resourceGroupName: name, location };
}

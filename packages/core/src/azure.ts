import { type Construct, Fn, Token } from "./cdktf.js";
import { DeploymentStack } from "./deployment-stack.js";
import { checkRegion } from "./facts.js";

/** Where a resource of azure is kept: in the resource group of its deployment. @throws InfraError for an unknown region. */
export function azurePlace(scope: Construct): { readonly resourceGroupName: string; readonly location: string } {
  checkRegion(scope);
  const { name, location } = DeploymentStack.of(scope).useResourceGroup();
  return { resourceGroupName: name, location };
}

/**
 * The SSH key without which azure makes no server; cloud-init gets all of them. Azure takes RSA and Ed25519 only; to be checked against
 * https://learn.microsoft.com/en-us/azure/virtual-machines/linux/mac-create-ssh-keys. Undefined when no key is of these kinds.
 */
export function azureKey(publicKeys: readonly string[]): string | undefined {
  if (Token.isUnresolved(publicKeys)) return Token.asString(Fn.element([...publicKeys], 0));
  return publicKeys.find((key) => /^ssh-(?:rsa|ed25519) /.test(key));
}

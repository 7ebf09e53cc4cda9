import { type IConstruct, TerraformElement, TerraformProvider } from "./cdktf.js";
import type { DeploymentStack } from "./deployment-stack.js";
import { declaredProviders } from "./module.js";
import { originOf } from "./origin.js";
import {
  bindingsOf,
  InfraError,
  type Problem,
  type TerraformProviderName,
  terraformProviderOfType,
} from "@infra/inventory";

/** A resource or a data source of a provider that is none of the cloud's. */
interface Use {
  readonly construct: IConstruct;
  /** Its address. */
  readonly address: string;
  readonly name: TerraformProviderName;
  /** Does it name a configuration of the provider? */
  readonly names: boolean;
}

/**
 * Configures the Terraform providers that modules use and no code of the stack has configured.
 *
 * @throws InfraError for everything that uses a provider which its module does not declare, or which nothing configures.
 */
export function configureProviders(stack: DeploymentStack): void {
  const problems: Problem[] = [];
  const configured = new Set(
    stack.node
      .findAll()
      .flatMap((each) =>
        each instanceof TerraformProvider && each.alias === undefined ? each.terraformResourceType : [],
      ),
  );
  for (const use of usesIn(stack)) {
    const declared = declaredProviders(use.construct);
    if (declared && !declared.includes(use.name)) problems.push(undeclared(use));
    else if (use.names || configured.has(use.name)) continue;
    else if (!declared) problems.push(notConfigured(use));
    else {
      stack.useProvider(use.name);
      configured.add(use.name);
    }
  }
  if (problems.length > 0) throw new InfraError(problems);
}

function usesIn(stack: DeploymentStack): Use[] {
  const ofCloud = bindingsOf(stack.context.settings.provider).map(({ terraform }) => terraform);
  return stack.node.findAll().flatMap((construct): Use[] => {
    if (!TerraformElement.isTerraformElement(construct) || construct instanceof TerraformProvider) return [];
    const { terraformResourceType: type, provider } = construct as {
      terraformResourceType?: unknown;
      provider?: unknown;
    };
    const name = typeof type === "string" ? terraformProviderOfType(type) : undefined;
    if (name === undefined || ofCloud.includes(name)) return [];
    const address = `${String(type)}.${construct.friendlyUniqueId}`;
    return [{ construct, address, name, names: provider !== undefined }];
  });
}

function undeclared({ construct, address, name }: Use): Problem {
  return {
    message: `${address} needs the provider ${name}, which the contract of its module does not declare`,
    remedy: `Add "${name}" to \`providers\` of the contract`,
    path: originOf(construct).join("."),
  };
}

function notConfigured({ construct, address, name }: Use): Problem {
  return {
    message: `${address} needs the provider ${name}, which nothing configures`,
    remedy: `Call stack.useProvider("${name}") in the stack`,
    path: originOf(construct).join("."),
  };
}

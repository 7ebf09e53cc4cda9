import { type ModuleCase, modules, synthesizeExample, withOutputs } from "@infra/conformance";
import type { ProviderName } from "@infra/inventory";
import type { TerraformConfiguration } from "@infra/core";

/** An example of a module on a cloud. */
export interface Example {
  /** `compute/groups`. */
  readonly name: string;
  readonly provider: ProviderName;
  /** The configuration without its backend. */
  readonly synthesize: () => Promise<TerraformConfiguration>;
}

/** Every example of every module that a cloud does not refuse. */
export function examplesOn(provider: ProviderName): Example[] {
  return modules
    .filter(({ adapters }) => typeof adapters[provider] === "function")
    .flatMap((each) =>
      each.examples
        .filter(({ refusedBy }) => !refusedBy?.includes(provider))
        .map(({ name }) => ({
          name: `${each.word}/${name}`,
          provider,
          synthesize: () => withoutBackend(each, name, provider),
        })),
    );
}

async function withoutBackend(each: ModuleCase, name: string, provider: ProviderName): Promise<TerraformConfiguration> {
  const { terraform, ...rest } = withOutputs(each, await synthesizeExample(each, name, provider));
  return { ...rest, terraform: { required_providers: terraform?.required_providers ?? {} } };
}

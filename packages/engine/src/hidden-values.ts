import { bindingsOf, type ProviderName } from "@infra/core/inventory";
import { secretsIn } from "./secret-variables.js";

/** The values of an environment that nothing may show: the product's own secrets, and the credentials of clouds. */
export function hiddenValues(env: Readonly<NodeJS.ProcessEnv>, providers: readonly ProviderName[]): string[] {
  const credentials = [...new Set(providers)].flatMap((name) =>
    bindingsOf(name).flatMap((binding) => binding.credentials),
  );
  return secretsIn(env, credentials);
}

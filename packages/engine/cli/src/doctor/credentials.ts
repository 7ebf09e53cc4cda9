import {
  type Deployment,
  describeProvider,
  describeTerraformProvider,
  isOn,
  isProviderArgument,
  type ProviderArguments,
  type ProviderName,
  type ProviderValues,
  type TerraformProviderName,
} from "@infra/inventory";
import type { Finding } from "./doctor.js";

/** Says whether the environment holds all that one way to sign in to a cloud needs, and else what of it is missing. */
export function credentialFinding(
  provider: ProviderName,
  deployments: readonly Deployment[],
  env: NodeJS.ProcessEnv,
): Finding {
  const own = deployments.filter(({ settings }) => settings.provider === provider);
  if (own.every(({ settings }) => Object.keys(settings.credentials ?? {}).length > 0))
    return { level: "ok", message: `${provider}: bindings installed, credentials come from secrets` };
  const { signIns, account } = describeProvider(provider);
  const named = own.every(({ settings }) => settings.account !== undefined) ? account?.variable : undefined;
  return signInFinding(provider, signIns, new Set(named === undefined ? [] : [named]), env);
}

/** The same for a Terraform provider that is none of a cloud's; what the inventory gives to its arguments is not missing. */
export function providerCredentialFinding(
  name: TerraformProviderName,
  deployments: readonly Deployment[],
  env: NodeJS.ProcessEnv,
): Finding {
  const given = deployments.flatMap(({ providers, settings }) => {
    const named = providers?.get(name);
    return named ? [[...Object.keys(settings.credentials ?? {}), ...variablesOf(name, named.arguments)]] : [];
  });
  const { signIns } = describeTerraformProvider(name);
  const [first = [], ...others] = given;
  const byAll = first.filter((variable) => others.every((each) => each.includes(variable)));
  return signInFinding(name, signIns, new Set(byAll), env);
}

/** The environment variables that stand for the arguments which have a value. */
function variablesOf(name: TerraformProviderName, values: ProviderValues): string[] {
  const find = (known: ProviderArguments, given: ProviderValues): string[] =>
    Object.entries(known).flatMap(([argument, description]) => {
      const value = given[argument];
      if (value === undefined) return [];
      if (isProviderArgument(description)) return description.variable ?? [];
      return find(description, value as ProviderValues);
    });
  return find(describeTerraformProvider(name).arguments ?? {}, values);
}

/** Says what is missing of the variables that a way to sign in needs. @param given Those that stand in the inventory */
function signInFinding(
  provider: string,
  signIns: readonly (readonly string[])[],
  given: ReadonlySet<string>,
  env: NodeJS.ProcessEnv,
): Finding {
  const ways = signIns.map((variables) => {
    const needed = variables.filter((name) => !given.has(name));
    return { needed, missing: needed.filter((name) => !isOn(env[name])) };
  });
  if (ways.some(({ missing }) => missing.length === 0))
    return { level: "ok", message: `${provider}: bindings installed, credentials set` };
  const begun = ways.filter(({ needed, missing }) => missing.length < needed.length);
  const [nearest] = begun.sort((one, other) => one.missing.length - other.missing.length);
  if (nearest)
    return {
      level: "warning",
      message: `${provider}: bindings installed, of the credentials ${listed(nearest.missing)} ${nearest.missing.length === 1 ? "is" : "are"} missing`,
      remedy: `For real runs set ${listed(nearest.needed)}`,
    };
  return {
    level: "warning",
    message: `${provider}: bindings installed, no credentials in the environment`,
    remedy: `For real runs set ${listed(ways[0]?.needed ?? [])}`,
  };
}

function listed(names: readonly string[]): string {
  return new Intl.ListFormat("en-GB", { type: "conjunction" }).format(names);
}

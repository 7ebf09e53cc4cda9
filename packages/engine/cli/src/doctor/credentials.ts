import { type Deployment, describeProvider, isOn, type ProviderName } from "@infra/inventory";
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
  const ways = signIns.map((variables) => {
    const needed = variables.filter((name) => name !== named);
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

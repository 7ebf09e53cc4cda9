import {
  literalTemplates,
  Reference,
  SecretReference,
  type DeploymentProviders,
  type TerraformProviderName,
} from "@infra/inventory";

/**
 * A configuration of a Terraform provider: arguments by their names in its bindings. References and secrets in them are handed over by
 * the engine when it runs; attributes of resources are known when the resources are. Arguments that it leaves out come from the
 * inventory, and what that leaves out from the provider's environment variables.
 */
export interface ProviderConfiguration {
  /** Name of a further configuration of the same provider; resources name it as their `provider`. @default - the one that resources take */
  readonly alias?: string;
  readonly [argument: string]: unknown;
}

/** Turns references and secrets inside a value into expressions; anything but plain maps and lists is left alone. */
export function withExpressions(value: unknown, textOf: (value: Reference | SecretReference) => string): unknown {
  if (value instanceof Reference || value instanceof SecretReference) return textOf(value);
  if (Array.isArray(value)) return value.map((item: unknown) => withExpressions(item, textOf));
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withExpressions(entry, textOf)]));
}

/** What the inventory says of a configuration; its texts stand for themselves. */
export function inventoryArguments(
  providers: DeploymentProviders | undefined,
  name: TerraformProviderName,
  alias: string | undefined,
): object {
  const settings = providers?.get(name);
  const found = alias === undefined ? settings?.arguments : settings?.aliases.get(alias);
  return literalTemplates(found ?? {});
}

/** How a provider is named where a message says what uses it: `vault`, `vault.eu`. */
export function configurationName(name: TerraformProviderName, alias: string | undefined): string {
  return alias === undefined ? name : `${name}.${alias}`;
}

/**
 * The versions of a provider that may run: the major version that its bindings were made from, from theirs on. Before 1.0.0 the second
 * number counts, as for npm. Which of them runs is decided by the lock file.
 *
 * @param version Of the provider that the bindings were made from; anything but three numbers is a constraint already.
 */
export function constraintOf(version: string): string {
  const [, major = "", minor = ""] = /^(\d+)\.(\d+)\.\d+$/.exec(version) ?? [];
  if (major === "") return version;
  const next = major === "0" ? `0.${String(Number(minor) + 1)}.0` : `${String(Number(major) + 1)}.0.0`;
  return `>= ${version}, < ${next}`;
}

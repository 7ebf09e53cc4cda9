import { createHash } from "node:crypto";
import type { Construct } from "constructs";
import { DeploymentStack } from "./deployment-stack.js";

/** Limits of a cloud for the name of a kind of resource. */
export interface NameRule {
  /** Longest name, in characters. @default 63 */
  readonly maxLength?: number;
}

/**
 * The name of a resource: `<product>-<environment>-<deployment>-<part>--<part>`. The same parts give the same name on every synth, and
 * other parts another: no part holds two dashes in a row. A name over the limit keeps its beginning and ends with a hash of the whole.
 */
export function resourceName(
  scope: Construct,
  parts: readonly (string | number)[],
  { maxLength = 63 }: NameRule = {},
): string {
  const { settings, environment, name } = DeploymentStack.of(scope).context;
  const own = parts.length > 0 ? [parts.join("--")] : [];
  return shorten([settings.product, environment, name, ...own].join("-"), maxLength);
}

/** Cuts a name to a length; what was cut is told apart by eight hexadecimal digits of its hash. */
export function shorten(name: string, maxLength: number): string {
  if (name.length <= maxLength) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${name.slice(0, maxLength - hash.length - 1).replace(/-+$/, "")}-${hash}`;
}

import type { Construct } from "constructs";
import { DeploymentStack } from "./deployment-stack.js";
import { shorten } from "@infra/inventory";

/** Limits of a cloud for the name of a kind of resource. */
export interface NameRule {
  /** Longest name, in characters. @default 63 */
  readonly maxLength?: number;
  /** Beginning of names that the cloud keeps for itself: `sg-`. @default - none */
  readonly reserved?: string;
}

/**
 * The name of a resource: `<product>-<environment>-<deployment>-<part>--<part>`. The same parts give the same name on every synth, and
 * other parts another: no part holds two dashes in a row. A name over the limit keeps its beginning and ends with a hash of the whole.
 *
 * @throws InfraError for a product whose name makes one that the cloud keeps for itself.
 */
export function resourceName(
  scope: Construct,
  parts: readonly (string | number)[],
  { maxLength = 63, reserved }: NameRule = {},
): string {
  const stack = DeploymentStack.of(scope);
  const { settings, environment, name } = stack.context;
  const own = parts.length > 0 ? [parts.join("--")] : [];
  const whole = [settings.product, environment, name, ...own].join("-");
  if (reserved !== undefined && whole.startsWith(reserved))
    throw stack.settingError(
      "product",
      `${settings.provider} keeps names that begin with ${JSON.stringify(reserved)} for itself`,
      "Choose another name for the product",
    );
  return shorten(whole, maxLength);
}

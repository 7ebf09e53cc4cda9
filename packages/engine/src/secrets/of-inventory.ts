import type { Inventory } from "@infra/core/inventory";
import type { Mask } from "../mask.js";
import type { RunRequest } from "../result.js";
import { Secrets } from "./secrets.js";
import { tiersOf } from "./tiers.js";

/** The secrets that deployments name; nothing is asked yet. */
export function secretsOf(
  { deployments, secrets: settings }: Inventory,
  { root, offline = false, env = process.env }: Pick<RunRequest, "root" | "offline" | "env">,
  mask: Mask,
): Secrets {
  const wanted = deployments.flatMap((deployment) => deployment.secrets);
  if (offline) return new Secrets([], wanted, mask, true);
  const managementDomain = deployments.find((each) => each.settings.management)?.settings.management?.domain;
  const hide = (value: string) => mask.add([value]);
  return new Secrets(tiersOf({ settings, managementDomain, root, env, hide }), wanted, mask);
}

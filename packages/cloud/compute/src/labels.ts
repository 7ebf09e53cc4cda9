import { type Construct, DeploymentStack, problemAt } from "@infra/core";
import { type Group, reserved } from "./group.js";

/**
 * Refuses labels that differ in case only, on clouds whose tags do not tell case apart; see
 * https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/tag-resources and
 * https://docs.digitalocean.com/reference/api/reference/tags/.
 */
export function checkCase(entry: Construct, { labels }: Group): void {
  const known = new Map(reserved.map((key) => [key.toLowerCase(), key]));
  for (const key of Object.keys(labels)) {
    const other = known.get(key.toLowerCase());
    if (other !== undefined)
      throw problemAt(
        entry,
        ["labels", key],
        `${DeploymentStack.of(entry).context.settings.provider}: the labels ${key} and ${other} differ in case only, which counts for nothing there`,
        "Rename one of them",
      );
    known.set(key.toLowerCase(), key);
  }
}

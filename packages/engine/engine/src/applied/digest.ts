import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { type Deployment, plain, Reference } from "@infra/inventory";
import type { TerraformConfiguration } from "@infra/core";

/**
 * Digest of a synthesized configuration: the same on every machine, in every folder, and in whatever order an inventory names its
 * keys. Values of secrets and of references are not part of it; their names are.
 *
 * @param root Folder of the workspace.
 */
export function digestOfConfiguration(configuration: TerraformConfiguration, root: string): string {
  const folders = [...new Set([realpathSync(root), root])].map((folder) => JSON.stringify(folder).slice(1, -1));
  return digest(folders.reduce((text, folder) => text.replaceAll(folder, "."), canonical(configuration)));
}

/** Digest of what the inventory says of a deployment, whatever the installed packages make of it. */
export function digestOfInventory({ stack, settings, config, providers = new Map() }: Deployment): string {
  const named = [...providers].map(([name, { arguments: own, aliases }]) => [name, own, Object.fromEntries(aliases)]);
  return digest(canonical([stack, settings, plain(config), ...(named.length > 0 ? [named.sort()] : [])]));
}

/** JSON with the keys of every map in their order, and references without the place where they are written. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (each instanceof Reference) return { output: each.toString() };
    if (typeof each !== "object" || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

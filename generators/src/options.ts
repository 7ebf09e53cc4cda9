import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** Options of the plugin in nx.json. */
export interface PluginOptions {
  /** Folder of the inventory, relative to the workspace root. @default - `infra.inventory` of package.json, else `inventory` */
  readonly inventory?: string;
}

/** The folder of the workspace's inventory, with slashes and relative to the root. */
export function inventoryFolder(root: string, options: PluginOptions | undefined): string {
  const chosen = options?.inventory ?? chosenInPackage(root);
  const folder = typeof chosen === "string" && chosen !== "" ? chosen : "inventory";
  return posix.normalize(folder.replaceAll("\\", "/")).replace(/\/$/, "");
}

function chosenInPackage(root: string): unknown {
  const file = join(root, "package.json");
  if (!existsSync(file)) return undefined;
  try {
    return record(record(JSON.parse(readFileSync(file, "utf8")))["infra"])["inventory"];
  } catch {
    // Nx itself reports a broken package.json, with its place.
    return undefined;
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

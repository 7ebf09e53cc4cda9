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
  return record(readJson(join(root, "package.json"))["infra"])["inventory"];
}

/** Parses a file of JSON, with nothing else loaded: Nx waits for it. @returns an empty object when it is missing, broken or something else */
export function readJson(file: string): Record<string, unknown> {
  if (!existsSync(file)) return {};
  try {
    return record(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // Nx itself reports a broken package.json, with its place.
    return {};
  }
}

/** The object that a value is, else an empty one. */
export function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

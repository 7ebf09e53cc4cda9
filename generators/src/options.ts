import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** Name of the plugin, as nx.json registers it. */
export const pluginName = "@infra/product";

/** Options of the plugin in nx.json. */
export interface PluginOptions {
  /** Folder of the inventory, relative to the workspace root. @default - `infra.inventory` of package.json, else `inventory` */
  readonly inventory?: string;
}

/**
 * The folder of the workspace's inventory, with slashes and relative to the root. Nx asks for the pattern of files before it
 * hands over options, so they are read from nx.json.
 */
export function inventoryFolder(root: string): string {
  const { plugins } = readJson(join(root, "nx.json"));
  const registered = Array.isArray(plugins)
    ? plugins.map(record).find(({ plugin }) => plugin === pluginName)
    : undefined;
  const chosen =
    record(registered?.["options"])["inventory"] ?? record(readJson(join(root, "package.json"))["infra"])["inventory"];
  const folder = typeof chosen === "string" && chosen !== "" ? chosen : "inventory";
  return posix.normalize(folder.replaceAll("\\", "/")).replace(/\/$/, "");
}

/** Parses a file of JSON, with nothing else loaded: Nx waits for it. @returns an empty object when it is missing, broken or something else */
export function readJson(file: string): Record<string, unknown> {
  if (!existsSync(file)) return {};
  try {
    return record(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // Nx itself reports a broken nx.json or package.json, with its place.
    return {};
  }
}

/** The object that a value is, else an empty one. */
export function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

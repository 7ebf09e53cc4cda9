import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { infraError } from "./errors.js";
import { z } from "zod";

const manifest = z.object({ infra: z.object({ inventory: z.string().optional() }).optional() });

/** Where a command works. */
export interface Workspace {
  /** The folder whose package.json pins the packages. */
  readonly root: string;
  /** The inventory's folder, relative to the working folder. */
  readonly inventory: string;
}

/**
 * Finds the workspace that a folder is part of: the nearest folder above with a package.json that has an `infra` section, or
 * with an `inventory/product.yaml`.
 *
 * @param inventory Folder of the inventory. @default - `infra.inventory` of package.json, else `inventory`
 * @throws InfraError when there is none
 */
export function findWorkspace(folder: string, inventory?: string): Workspace {
  const root = rootAbove(folder);
  const chosen =
    inventory === undefined ? root && join(root, inventoryIn(root) ?? "inventory") : resolve(folder, inventory);
  if (!chosen)
    throw infraError(
      "this folder is not part of a product: no package.json with an infra section, and no inventory/product.yaml",
      "Run in the folder of a product, or name its inventory with --inventory <folder>",
    );
  return { root: root ?? dirname(chosen), inventory: relative(folder, chosen) || "." };
}

function rootAbove(folder: string): string | undefined {
  if (inventoryIn(folder) !== undefined || existsSync(join(folder, "inventory", "product.yaml"))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : rootAbove(parent);
}

/** What package.json says about the inventory; undefined where it has no `infra` section. */
function inventoryIn(folder: string): string | undefined {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return undefined;
  const parsed = manifest.safeParse(parseJson(file));
  const section = parsed.success ? parsed.data.infra : undefined;
  return section && (section.inventory ?? "inventory");
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw infraError(`${file} is not JSON: ${(error as Error).message}`, "Correct it");
  }
}

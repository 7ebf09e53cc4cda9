import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { infraError, readJson } from "@infra/inventory";
import { z } from "zod";
import { ownPackages } from "./product-copy/own-packages.js";

const manifestSchema = z.looseObject({
  infra: z.looseObject({ inventory: z.string().optional() }).optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  devDependencies: z.record(z.string(), z.string()).optional(),
});

/** A product, as it lies in a folder. */
export interface ProductFolder {
  readonly folder: string;
  /** Its inventory, relative to the folder. */
  readonly inventory: string;
  /** Folders of the packages that it holds itself, as workspaces, by name. */
  readonly own: Readonly<Record<string, string>>;
  /** Everything else that its package.json pins. */
  readonly pins: Readonly<Record<string, string>>;
}

/**
 * The products that a path names: a product, a folder of products, or a file with the path of one product per line.
 *
 * @throws InfraError when there is none
 */
export function findProducts(path: string): ProductFolder[] {
  if (!existsSync(path))
    throw infraError(`${path} does not exist`, "Name a folder of products, or a file that lists them");
  const folders = statSync(path).isDirectory() ? [path, ...below(path)] : listed(path);
  const products = folders.filter((folder) => existsSync(join(folder, "package.json"))).flatMap(read);
  if (products.length > 0) return products;
  throw infraError(
    `${path} holds no product`,
    "Name a folder of products: each has a package.json with an infra section",
  );
}

function below(path: string): string[] {
  const entries = readdirSync(path, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
    .map(({ name }) => join(path, name));
}

function listed(file: string): string[] {
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => resolve(dirname(file), line));
}

function read(folder: string): ProductFolder[] {
  const { data } = manifestSchema.safeParse(readJson(join(folder, "package.json")));
  if (!data?.infra) return [];
  const own = ownPackages(folder);
  const pins = Object.entries({ ...data.devDependencies, ...data.dependencies }).filter(([name]) => !(name in own));
  return [
    {
      folder: resolve(folder),
      inventory: data.infra.inventory ?? "inventory",
      own,
      pins: Object.fromEntries(pins),
    },
  ];
}

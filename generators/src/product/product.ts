import {
  environmentSchema,
  infraError,
  parseDocument,
  plain,
  productSchema,
  type ProviderName,
  suggest,
} from "@infra/inventory";
import type { Tree } from "@nx/devkit";
import type { Location } from "./choices.js";
import { environmentsOf, placeholderDomain } from "./inventory-files.js";
import { at, type Manifest, packageManagerOf, readManifest } from "./manifest.js";
import type { PackageManagerName } from "./package-managers.js";

/** A product, as generators see it. */
export interface Product {
  readonly manifest: Manifest;
  readonly packageManager: PackageManagerName;
  /** Folder of the inventory. */
  readonly inventory: string;
  readonly environments: readonly string[];
  /** Its domain, or a placeholder. */
  readonly domain: string;
  /** Where it runs unless an environment says otherwise. */
  readonly location: Location;
}

/** Reads the product that a tree holds. @throws InfraError when it is none */
export function readProduct(tree: Tree): Product {
  const manifest = readManifest(tree);
  const inventory = manifest.infra?.inventory ?? "inventory";
  const settings = read(tree, at(inventory, "product.yaml"));
  if (!settings)
    throw infraError(
      `${at(inventory, "product.yaml")} does not exist`,
      "Write it: nx g @infra/product:new shows what it holds",
    );
  return {
    manifest,
    packageManager: packageManagerOf(tree, manifest),
    inventory,
    environments: environmentsOf(tree, inventory),
    domain: domainIn(tree, at(inventory, "product.yaml")),
    location: locationIn(settings, { provider: "hetzner", region: "" }),
  };
}

function domainIn(tree: Tree, file: string): string {
  const found = plain(parseDocument(file, tree.read(file) ?? new Uint8Array())) as Record<string, unknown>;
  const { product, domain } = productSchema.shape;
  const name = product.safeParse(found["product"]).data ?? "product";
  return domain.safeParse(found["domain"]).data ?? placeholderDomain(name);
}

/** Where an environment runs. */
export function locationOf(tree: Tree, { inventory, location }: Product, environment: string): Location {
  return locationIn(read(tree, at(inventory, `${environment}/environment.yaml`)) ?? {}, location);
}

/** The environments that a flag names. @throws InfraError for one that the product does not have */
export function chosenEnvironments(
  { environments }: Product,
  wanted: readonly string[] | undefined,
): readonly string[] {
  for (const name of wanted ?? [])
    if (!environments.includes(name))
      throw infraError(
        `--environments: ${JSON.stringify(name)} is no environment of this product`,
        `${suggest(name, environments)} To add it: nx g @infra/product:add-environment ${name}`,
      );
  return wanted && wanted.length > 0 ? wanted : environments;
}

function locationIn(settings: Partial<Location>, inherited: Location): Location {
  const { provider = inherited.provider, region, account } = settings;
  if (provider !== inherited.provider) return { provider, region: region ?? "", account };
  return { provider, region: region ?? inherited.region, account: account ?? inherited.account };
}

/** What a file says of where to run; the file is checked when it is planned, not here. */
function read(tree: Tree, file: string): Partial<Location> | undefined {
  const bytes = tree.read(file);
  if (bytes === null) return undefined;
  const found = plain(parseDocument(file, bytes)) as Record<string, unknown>;
  const { provider, region, account } = { ...productSchema.shape, ...environmentSchema.shape };
  const cloud = provider.safeParse(found["provider"]).data;
  const text = (schema: typeof region | typeof account, key: string) => schema.safeParse(found[key]).data;
  return {
    ...(cloud === undefined ? {} : { provider: cloud satisfies ProviderName }),
    ...(text(region, "region") === undefined ? {} : { region: text(region, "region") ?? "" }),
    ...(text(account, "account") === undefined ? {} : { account: text(account, "account") }),
  };
}

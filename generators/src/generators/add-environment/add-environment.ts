import { basename } from "node:path";
import { infraError, suggest } from "@infra/inventory";
import { type GeneratorCallback, installPackagesTask, type Tree } from "@nx/devkit";
import { Choices, type Location, type LocationFlags } from "../../product/choices.js";
import { environmentFileOf, freeRanges, starterFile } from "../../product/inventory-files.js";
import { addPins, at } from "../../product/manifest.js";
import { bindingsFor, pinsFor, stackPackages } from "../../product/pins.js";
import { type Product, readProduct } from "../../product/product.js";
import { writeMissing } from "../../product/render.js";
import { forUser, tellKept } from "../../product/report.js";

/** Options of the generator; `schema.json` describes them. */
export interface AddEnvironmentOptions extends LocationFlags {
  readonly name: string;
  readonly like?: string;
  readonly stacks?: readonly string[];
  readonly skipInstall?: boolean;
}

/**
 * Adds an environment to a product: its settings, and its deployments, which begin as copies of another environment's or as
 * starters of stacks. Files that exist are left as they are.
 *
 * @throws Error that names every option that is wrong
 */
export default function addEnvironmentGenerator(
  tree: Tree,
  options: AddEnvironmentOptions,
): Promise<GeneratorCallback> {
  return forUser(async () => {
    const product = readProduct(tree);
    const choices = new Choices();
    const environment = choices.name("name", options.name);
    const location = choices.location(options, product.location);
    const stacks = choices.stacks("stacks", options.stacks ?? []);
    choices.done();
    const files = [
      environmentFileOf(environment, differing(location, product.location)),
      ...copies(tree, product, environment, options.like),
      ...starters(tree, product, environment, location, stacks),
    ];
    const written = writeMissing(tree, product.inventory, files);
    tellKept(files.map(([path]) => at(product.inventory, path)).filter((path) => !written.includes(path)));
    const begun = files.map(([path]) => basename(path, ".yaml"));
    const needed = [...bindingsFor([location.provider], begun), ...stackPackages(stacks)];
    const added = addPins(tree, await pinsFor(needed, tree.root));
    return () => {
      if (added.length > 0 && options.skipInstall !== true) installPackagesTask(tree, true, "", product.packageManager);
    };
  });
}

/** What the environment's file must say: what the product does not. */
function differing(location: Location, product: Location): Partial<Location> {
  if (location.provider !== product.provider) return location;
  return {
    ...(location.region === product.region ? {} : { region: location.region }),
    ...(location.account === product.account ? {} : { account: location.account }),
  };
}

/** The deployments of another environment, word for word. */
function copies(
  tree: Tree,
  { inventory, environments }: Product,
  environment: string,
  like: string | undefined,
): [string, string][] {
  if (!like) return [];
  if (!environments.includes(like))
    throw infraError(`--like: ${JSON.stringify(like)} is no environment of this product`, suggest(like, environments));
  return tree
    .children(at(inventory, like))
    .filter((file) => file.endsWith(".yaml") && file !== "environment.yaml")
    .map((file) => [`${environment}/${file}`, tree.read(at(inventory, `${like}/${file}`), "utf8") ?? ""]);
}

function starters(
  tree: Tree,
  { inventory, packageManager, domain }: Product,
  environment: string,
  { provider }: Location,
  stacks: readonly string[],
): [string, string][] {
  const ranges = freeRanges(tree, inventory);
  return stacks.map((stack) =>
    starterFile({ environment, stack, provider, domain, packageManager, cidr: ranges.next().value }),
  );
}

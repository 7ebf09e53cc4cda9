import { infraError } from "@infra/inventory";
import { type GeneratorCallback, installPackagesTask, type Tree } from "@nx/devkit";
import { Choices } from "../../product/choices.js";
import { freeRanges, starterFile } from "../../product/inventory-files.js";
import { addPins } from "../../product/manifest.js";
import { bindingsFor, pinsFor, stackPackages } from "../../product/pins.js";
import { chosenEnvironments, locationOf, readProduct } from "../../product/product.js";
import { writeMissing } from "../../product/render.js";
import { forUser, tellKept } from "../../product/report.js";

/** Options of the generator; `schema.json` describes them. */
export interface AddStackOptions {
  readonly stack: string;
  readonly name?: string;
  readonly environments?: readonly string[];
  readonly skipInstall?: boolean;
}

/**
 * Adds a stack to environments of a product: its package, and one file per environment. Files that exist are left as they are.
 *
 * @throws Error when the stack or an environment is wrong
 */
export default function addStackGenerator(tree: Tree, options: AddStackOptions): Promise<GeneratorCallback> {
  return forUser(async () => {
    const choices = new Choices();
    const [stack] = choices.stacks("stack", [options.stack]);
    const name = options.name ? choices.name("name", options.name) : undefined;
    choices.done();
    if (stack === undefined) throw infraError("--stack: it is empty", "Name a stack, for example compute");
    const product = readProduct(tree);
    const { inventory, packageManager, domain } = product;
    const ranges = freeRanges(tree, inventory);
    const environments = chosenEnvironments(product, options.environments);
    const clouds = environments.map((environment) => locationOf(tree, product, environment).provider);
    const files = environments.map((environment, index) => {
      const provider = clouds[index] ?? product.location.provider;
      const cidr = ranges.next().value;
      return starterFile({ environment, stack, provider, domain, packageManager, cidr, ...(name ? { name } : {}) });
    });
    const written = writeMissing(tree, inventory, files);
    tellKept(files.map(([path]) => `${inventory}/${path}`).filter((path) => !written.includes(path)));
    const added = addPins(tree, await pinsFor([...bindingsFor(clouds, [stack]), ...stackPackages([stack])], tree.root));
    return () => {
      if (added.length > 0 && options.skipInstall !== true) installPackagesTask(tree, true, "", packageManager);
    };
  });
}

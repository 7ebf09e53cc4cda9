import { join } from "node:path";
import { describeProvider, formatProblem, InfraError, infraError } from "@infra/inventory";
import { type GeneratorCallback, installPackagesTask, type Tree } from "@nx/devkit";
import { Choices, type Location } from "../../product/choices.js";
import { environmentFileOf, freeRanges, placeholderDomain, starterFile } from "../../product/inventory-files.js";
import { at, type CiSystem, type Manifest, readManifest, sorted } from "../../product/manifest.js";
import { ownedFiles } from "../../product/owned.js";
import {
  type PackageManagerFacts,
  type PackageManagerName,
  packageManagerNames,
  packageManagers,
} from "../../product/package-managers.js";
import { pinsOf } from "../../product/pins.js";
import { render, writeMissing } from "../../product/render.js";
import { forUser, tellKept } from "../../product/report.js";
import { ownManifest } from "../../product/template.js";

/** Options of the generator; `schema.json` describes them. */
export interface NewOptions {
  readonly name: string;
  readonly directory?: string;
  readonly provider?: string;
  readonly region?: string;
  readonly account?: string;
  readonly domain?: string;
  readonly cloudflare?: boolean;
  readonly management?: string;
  readonly ci?: string;
  readonly environments?: readonly string[];
  readonly stacks?: readonly string[];
  readonly packageManager?: string;
  readonly base?: string;
  readonly skipInstall?: boolean;
}

export { type Cloud, cloudOf } from "../../product/choices.js";

/** What the options say, checked. */
interface Product extends Location {
  readonly name: string;
  readonly directory: string;
  readonly domain: string | undefined;
  readonly management: string | undefined;
  readonly cloudflare: boolean;
  readonly ci: readonly CiSystem[];
  readonly environments: readonly string[];
  readonly stacks: readonly string[];
  readonly packageManager: PackageManagerName;
  readonly base: string;
}

const ciSystems: Readonly<Record<string, readonly CiSystem[]>> = {
  github: ["github"],
  gitlab: ["gitlab"],
  both: ["github", "gitlab"],
  none: [],
};

/**
 * Writes a product: an inventory, pins, and the files that the template keeps. Files that exist are left as they are.
 *
 * @throws Error that names every option that is wrong
 */
export default function newGenerator(tree: Tree, options: NewOptions): Promise<GeneratorCallback> {
  return forUser(async () => {
    const product = productOf(options);
    const { directory, packageManager } = product;
    refuseForeign(tree, directory);
    const manifest = await manifestOf(product, tree.root);
    const files = productFiles(tree, product, manifest);
    const written = new Set(writeMissing(tree, directory, files));
    tellKept([...files.keys()].map((path) => at(directory, path)).filter((path) => !written.has(path)));
    return () => {
      if (options.skipInstall !== true && written.has(at(directory, "package.json")))
        installPackagesTask(tree, true, directory, packageManager);
    };
  });
}

/** What is wrong with one option, beside the others. @returns undefined when nothing is, in words for the user otherwise */
export function problemOf(option: keyof NewOptions, options: NewOptions): string | undefined {
  try {
    productOf(options);
    return undefined;
  } catch (error) {
    if (!(error instanceof InfraError)) throw error;
    const problems = error.problems.filter(({ path }) => path === `--${option}`);
    return problems.length > 0 ? problems.map(formatProblem).join("\n") : undefined;
  }
}

function productOf(options: NewOptions): Product {
  const choices = new Choices();
  const name = choices.name("name", options.name);
  const product: Product = {
    name,
    directory: (options.directory ?? name).replace(/^\.\//, "").replace(/\/+$/, "") || ".",
    ...choices.location(options),
    domain: choices.domain("domain", options.domain),
    management: choices.domain("management", options.management),
    cloudflare: options.cloudflare ?? true,
    ci: ciSystems[choices.word("ci", options.ci ?? "github", Object.keys(ciSystems))] ?? [],
    environments: choices.names("environments", options.environments ?? ["staging", "production"]),
    stacks: choices.stacks("stacks", options.stacks ?? ["compute"]),
    packageManager: choices.word("packageManager", options.packageManager ?? "npm", packageManagerNames),
    base: options.base ?? "main",
  };
  choices.done();
  return product;
}

/** A folder that is something else already does not become a product. */
function refuseForeign(tree: Tree, directory: string): void {
  const file = at(directory, "package.json");
  if (!tree.exists(file)) return;
  try {
    readManifest(tree, directory);
  } catch {
    throw infraError(`${file} exists and is no product's`, "Choose another folder: --directory <folder>");
  }
}

async function manifestOf(product: Product, root: string): Promise<Manifest> {
  const { name, ci, base, packageManager, provider, stacks, directory } = product;
  const { version, engines } = ownManifest();
  const manager: PackageManagerFacts = packageManagers[packageManager];
  return {
    name,
    version: "0.0.0",
    private: true,
    description: `The infrastructure of ${name}.`,
    engines: { node: engines.node },
    ...(manager.pin === undefined ? {} : { packageManager: `${packageManager}@${manager.pin}` }),
    infra: { inventory: "inventory", ci, base, profile: "stable", packageManager, migrated: version },
    dependencies: sorted(await pinsOf([provider], stacks, join(root, directory))),
  };
}

/** Every file of a new product, by its path in the product's folder. */
function productFiles(tree: Tree, product: Product, manifest: Manifest): ReadonlyMap<string, string> {
  const { name, environments, stacks, packageManager, provider, domain = placeholderDomain(name) } = product;
  const manager: PackageManagerFacts = packageManagers[packageManager];
  const { account, credentials } = describeProvider(provider);
  const ranges = freeRanges(tree, at(product.directory, "inventory"));
  const inventory = environments.flatMap((environment) => [
    environmentFileOf(environment, {}),
    ...stacks.map((stack) =>
      starterFile({ environment, stack, provider, domain, packageManager, cidr: ranges.next().value }),
    ),
  ]);
  return new Map([
    ["package.json", `${JSON.stringify(manifest, null, 2)}\n`],
    ...(manager.settings ? [[manager.settings.file, manager.settings.text] as const] : []),
    ...render("product", { ...product, ...manager, credentials, accountMeaning: account?.meaning, title: name }),
    ...inventory.map(([path, text]) => [`inventory/${path}`, text] as const),
    ...ownedFiles(tree, manifest).map(({ path, text }) => [path, text] as const),
  ]);
}

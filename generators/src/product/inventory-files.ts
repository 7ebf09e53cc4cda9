import { describeProvider, type ProviderName, stackPackage } from "@infra/inventory";
import type { Tree } from "@nx/devkit";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Location } from "./choices.js";
import { at } from "./manifest.js";
import { packageManagers, type PackageManagerName } from "./package-managers.js";
import { render } from "./render.js";

/** A deployment that a generator begins. */
export interface Starter {
  readonly environment: string;
  /** Name of its file. @default - the stack's word */
  readonly name?: string;
  readonly stack: string;
  readonly provider: ProviderName;
  /** The product's domain. */
  readonly domain: string;
  readonly packageManager: PackageManagerName;
  /** A private range that no other deployment has. */
  readonly cidr: string;
}

/** The file of a deployment, with what most products want of its stack. @returns its path in the inventory, and its text */
export function starterFile(starter: Starter): [string, string] {
  const { environment, stack, provider, domain, packageManager, cidr } = starter;
  const word = /([^/]+)$/.exec(stack)?.[1]?.replace(/^stack-/, "") ?? stack;
  const name = starter.name ?? word;
  // A folder or a package of the product's own may have any word: only the template's stacks have starters.
  const own = stackPackage(stack) === stack;
  const variables = {
    name,
    stack: own ? schemaName(stack) : stack,
    stackWord: stack,
    stackPackage: stackPackage(stack),
    exec: packageManagers[packageManager].exec,
    paas: provider === "heroku",
    // A zone belongs to one environment.
    zone: environment === "production" ? domain : `${environment}.${domain}`,
    cidr,
  };
  const template = !own && existsSync(join(__dirname, `../../files/stacks/${stack}.yaml.template`)) ? stack : "stack";
  const text = render("stacks", variables).get(`${template}.yaml`) ?? "";
  return [`${environment}/${name}.yaml`, text];
}

/** The domain of a product that names none yet: nobody can own it. */
export function placeholderDomain(product: string): string {
  return `${product}.example`;
}

/** Name of a stack's schema file, as `infra schema` writes it. */
function schemaName(stack: string): string {
  return stack.replaceAll(/[^a-z0-9-]+/g, "-");
}

/** The file of an environment. @param location What differs from the product. @returns its path in the inventory, and its text */
export function environmentFileOf(environment: string, location: Partial<Location>): [string, string] {
  const { provider, region, account } = location;
  const text = render("environment", {
    environment,
    protect: environment === "production",
    provider,
    region,
    account,
    accountMeaning: provider && describeProvider(provider).account?.meaning,
  }).get("environment.yaml");
  return [`${environment}/environment.yaml`, text ?? ""];
}

/** Private ranges that no file of the inventory names yet, /16 each: 10.20.0.0, 10.30.0.0, … */
export function* freeRanges(tree: Tree, inventory: string): Generator<string, never> {
  const texts = filesBelow(tree, inventory).map((file) => tree.read(file, "utf8") ?? "");
  const used = new Set(
    texts.flatMap((text) => [...text.matchAll(/\b10\.(\d{1,3})\.\d/g)].map(([, second]) => Number(second))),
  );
  const tens = Array.from({ length: 24 }, (_, index) => (index + 2) * 10);
  const others = Array.from({ length: 255 }, (_, index) => index + 1);
  for (const second of new Set([...tens, ...others])) if (!used.has(second)) yield `10.${String(second)}.0.0/16`;
  // 255 networks are taken: the user decides which to share.
  for (;;) yield "10.0.0.0/16";
}

function filesBelow(tree: Tree, folder: string): string[] {
  return tree.children(folder).flatMap((name) => {
    const path = at(folder, name);
    return tree.isFile(path) ? [path] : filesBelow(tree, path);
  });
}

/** The environments of an inventory: its folders. */
export function environmentsOf(tree: Tree, inventory: string): string[] {
  return tree
    .children(inventory)
    .filter((name) => !name.startsWith(".") && !tree.isFile(at(inventory, name)))
    .sort();
}

import { describeProvider, type ProviderName, stackPackage } from "@infra/inventory";
import { inChannel, npmRegistry, type Registry } from "./registry.js";
import { installedVersion, testedVersions } from "./template.js";

/** Packages that every product needs beside its stacks and bindings. */
const always = ["@infra/cli", "@infra/facts", "@infra/product", "@nx/devkit", "nx"];

/** npm packages of a product's stacks; a stack that is a folder needs none. */
export function stackPackages(stacks: readonly string[]): string[] {
  return stacks.map(stackPackage).filter((name) => !name.startsWith("."));
}

/** What stacks of the template need of a cloud that its own provider may not have. */
const purposes: Readonly<Record<string, string>> = { storage: "objectStorage" };

/** npm packages of the bindings that stacks need on clouds. */
export function bindingsFor(clouds: readonly ProviderName[], stacks: readonly string[]): string[] {
  return clouds.flatMap((cloud) => {
    const { bindings, companions = {} } = describeProvider(cloud);
    return [bindings, ...stacks.flatMap((stack) => companions[purposes[stack] ?? ""]?.bindings ?? [])];
  });
}

/** What a product with these clouds and stacks pins: package by name, in exact versions. */
export function pinsOf(
  clouds: readonly ProviderName[],
  stacks: readonly string[],
  folder: string,
  registry?: Registry,
): Promise<Record<string, string>> {
  return pinsFor([...always, ...bindingsFor(clouds, stacks), ...stackPackages(stacks)], folder, registry);
}

/** Exact versions: what the template was tested with, else what is installed, else the newest stable one. */
export async function pinsFor(
  names: readonly string[],
  folder: string,
  registry: Registry = npmRegistry(process.cwd()),
): Promise<Record<string, string>> {
  const tested = testedVersions();
  const entries = [...new Set(names)].sort().map(async (name): Promise<[string, string]> => {
    const known = tested[name] ?? installedVersion(name, folder) ?? installedVersion(name, __dirname);
    return [name, known ?? (await inChannel(registry, name, "stable")).version];
  });
  return Object.fromEntries(await Promise.all(entries));
}

import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseDocument, plain } from "@infra/core/inventory";
import { z } from "zod";

const patterns = z.array(z.string());
const workspacesSchema = z.looseObject({
  workspaces: z.union([patterns, z.looseObject({ packages: patterns }).transform(({ packages }) => packages)]),
});
const pnpmSchema = z.looseObject({ packages: patterns });
const namedSchema = z.looseObject({ name: z.string() });

/** Packages that a product itself holds, as workspaces of npm, pnpm or yarn. @returns their folders by name */
export function ownPackages(product: string): ReadonlyMap<string, string> {
  return new Map(
    patternsOf(product)
      .flatMap((pattern) => (/\/\*+$/.test(pattern) ? foldersIn(product, dirname(pattern)) : [pattern]))
      .flatMap((folder): [string, string][] => {
        const { data } = namedSchema.safeParse(parseJson(join(product, folder, "package.json")));
        return data ? [[data.name, folder]] : [];
      }),
  );
}

/** Links what is installed into the copy of a product, and the product's own packages beside it. */
export function linkModules(modules: string, copy: string): void {
  const own = ownPackages(copy);
  const target = join(copy, "node_modules");
  if (own.size === 0) {
    symlinkSync(modules, target);
    return;
  }
  const installed = namesIn(modules).map((name): [string, string] => [name, join(modules, name)]);
  // One that has to be built first, and was not, stays as it is installed.
  const held = [...own]
    .map(([name, folder]): [string, string] => [name, join(copy, folder)])
    .filter(([, place]) => isLoadable(place));
  for (const [name, place] of new Map([...installed, ...held])) {
    mkdirSync(dirname(join(target, name)), { recursive: true });
    symlinkSync(place, join(target, name));
  }
}

function isLoadable(folder: string): boolean {
  try {
    return createRequire(join(folder, "package.json")).resolve(folder) !== "";
  } catch {
    return false;
  }
}

function patternsOf(product: string): readonly string[] {
  const pnpm = join(product, "pnpm-workspace.yaml");
  if (existsSync(pnpm))
    return pnpmSchema.safeParse(plain(parseDocument(pnpm, readFileSync(pnpm)))).data?.packages ?? [];
  return workspacesSchema.safeParse(parseJson(join(product, "package.json"))).data?.workspaces ?? [];
}

/** Names of the packages in a node_modules. */
function namesIn(modules: string): string[] {
  return visible(modules).flatMap((name) =>
    name.startsWith("@") ? visible(join(modules, name)).map((each) => `${name}/${each}`) : [name],
  );
}

function foldersIn(product: string, folder: string): string[] {
  return existsSync(join(product, folder)) ? visible(join(product, folder)).map((name) => `${folder}/${name}`) : [];
}

function visible(folder: string): string[] {
  return readdirSync(folder).filter((name) => !name.startsWith("."));
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseDocument, plain, readJson } from "@infra/inventory";
import { z } from "zod";
import { visibleIn } from "@infra/io";

const patterns = z.array(z.string());
const workspacesSchema = z.looseObject({
  workspaces: z.union([patterns, z.looseObject({ packages: patterns }).transform(({ packages }) => packages)]),
});
const pnpmSchema = z.looseObject({ packages: patterns });
const namedSchema = z.looseObject({ name: z.string() });

/** Packages that a product itself holds, as workspaces of npm, pnpm or yarn. @returns their folders by name */
export function ownPackages(product: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    patternsOf(product)
      .flatMap((pattern) => (/\/\*+$/.test(pattern) ? foldersIn(product, dirname(pattern)) : [pattern]))
      .flatMap((folder): [string, string][] => {
        const { data } = namedSchema.safeParse(readJson(join(product, folder, "package.json")));
        return data ? [[data.name, folder]] : [];
      }),
  );
}

function patternsOf(product: string): readonly string[] {
  const pnpm = join(product, "pnpm-workspace.yaml");
  if (existsSync(pnpm))
    return pnpmSchema.safeParse(plain(parseDocument(pnpm, readFileSync(pnpm)))).data?.packages ?? [];
  return workspacesSchema.safeParse(readJson(join(product, "package.json"))).data?.workspaces ?? [];
}

function foldersIn(product: string, folder: string): string[] {
  return visibleIn(join(product, folder)).map((name) => `${folder}/${name}`);
}

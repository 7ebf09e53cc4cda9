import { join } from "node:path";
import { type ProviderName, providerNames } from "@infra/inventory";
import { formatFiles, generateFiles, names, type Tree, updateJson } from "@nx/devkit";

/** Options of the generator. */
export interface ModuleOptions {
  /** Layer and word: `services/vault`. */
  readonly path: string;
  /** The cloud of the first adapter; modules of the layers services and apps have no adapters. @default hetzner */
  readonly provider?: ProviderName;
}

interface ProjectReferences {
  references: { path: string }[];
}

/** Layers whose modules have one adapter per cloud; those of the others are built in the same way everywhere. */
const layersWithAdapters = ["cloud", "base"];

/**
 * Generates `packages/<layer>/<word>`: a module with a contract, tests and, in the layers cloud and base, one adapter. It passes lint and
 * tests as it stands. The word becomes the folder, the npm name, the project, the file, the class and the interface.
 *
 * @throws Error when the path is not `<layer>/<word>`, when the module exists, and for a provider of a module that has no adapters
 */
export default async function moduleGenerator(tree: Tree, { path, provider }: ModuleOptions): Promise<void> {
  const [, layer, word] = /^(cloud|base|services|apps)\/([a-z][a-z0-9-]*)$/.exec(path) ?? [];
  if (!layer || !word) {
    throw new Error(
      `${JSON.stringify(path)} is not a module. Write <layer>/<word> with the layer cloud, base, services or apps, for example services/vault`,
    );
  }
  const root = `packages/${path}`;
  if (tree.exists(root)) throw new Error(`${root} exists. Choose another word, or change the module that is there`);
  const perCloud = layersWithAdapters.includes(layer);
  if (provider !== undefined && !perCloud) {
    throw new Error(
      `a module of the layer ${layer} has no adapters, so it has no provider ${provider}. Leave --provider out, or choose the layer cloud or base`,
    );
  }
  const variables = variablesOf(layer, word, perCloud, provider ?? "hetzner");
  for (const folder of ["module", perCloud ? "per-cloud" : "no-clouds"])
    generateFiles(tree, join(__dirname, "..", "files", folder), root, variables);
  updateJson<ProjectReferences>(tree, "tsconfig.json", (json) => ({
    ...json,
    references: [...json.references, { path: root }],
  }));
  await formatFiles(tree);
}

/** What the templates are filled with. */
function variablesOf(layer: string, word: string, perCloud: boolean, provider: ProviderName) {
  const { className, propertyName } = names(word);
  return {
    layer,
    word,
    perCloud,
    contractType: perCloud ? "CloudContract" : "Contract",
    provider,
    otherProviders: providerNames.filter((name) => name !== provider),
    className,
    propertyName,
    packageName: `@infra/${layer}-${word}`,
  };
}

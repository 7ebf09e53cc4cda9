import { join } from "node:path";
import { type ProviderName, providerNames } from "@infra/inventory";
import { formatFiles, generateFiles, names, type Tree, updateJson } from "@nx/devkit";

/** Options of the generator. */
export interface ModuleOptions {
  /** Layer and word: `services/vault`. */
  readonly path: string;
  /** The cloud of the first adapter. @default hetzner */
  readonly provider?: ProviderName;
}

interface ProjectReferences {
  references: { path: string }[];
}

/**
 * Generates `packages/<layer>/<word>`: a module with a contract, one adapter, an example and tests, which passes lint and tests as it
 * stands. The word becomes the folder, the npm name, the project, the file, the class and the interface.
 *
 * @throws Error when the path is no `<layer>/<word>`, or the module exists
 */
export default async function moduleGenerator(
  tree: Tree,
  { path, provider = "hetzner" }: ModuleOptions,
): Promise<void> {
  const [, layer, word] = /^(cloud|base|services|apps)\/([a-z][a-z0-9-]*)$/.exec(path) ?? [];
  if (!layer || !word) {
    throw new Error(
      `${JSON.stringify(path)} is not a module. Write <layer>/<word> with the layer cloud, base, services or apps, for example services/vault`,
    );
  }
  const root = `packages/${path}`;
  if (tree.exists(root)) throw new Error(`${root} exists. Choose another word, or change the module that is there`);
  const { className, propertyName } = names(word);
  generateFiles(tree, join(__dirname, "..", "files"), root, {
    layer,
    word,
    provider,
    otherProviders: providerNames.filter((name) => name !== provider),
    className,
    propertyName,
    packageName: `@infra/${layer}-${word}`,
  });
  updateJson<ProjectReferences>(tree, "tsconfig.json", (json) => ({
    ...json,
    references: [...json.references, { path: root }],
  }));
  await formatFiles(tree);
}

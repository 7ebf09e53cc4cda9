import type { Tree } from "@nx/devkit";
import { type CiSystem, type Manifest, packageManagerOf } from "./manifest.js";
import { type PackageManagerFacts, packageManagers } from "./package-managers.js";
import { render } from "./render.js";
import { ownManifest, templateRepository } from "./template.js";

/** A group of files that the template keeps; everything else in a product is the product's. */
export interface OwnedGroup {
  readonly description: string;
  /** Folders of templates that make the group's files in this product. */
  readonly templates: (product: { readonly ci: readonly CiSystem[] }) => readonly string[];
}

/** What the template keeps, in this one place: each group's files are rendered again by every update, and healed when changed. */
export const ownedGroups = {
  ci: {
    description: "the CI files, which call the template's pinned pipelines",
    templates: ({ ci }) => ci.map((system) => `ci-${system}`),
  },
  makefile: { description: "the Makefile; targets of your own belong in local.mk", templates: () => ["makefile"] },
  devcontainer: { description: "the devcontainer, and the version of Node", templates: () => ["devcontainer"] },
  editor: { description: "the editor settings", templates: () => ["editor"] },
  renovate: {
    description: "Renovate's configuration, which extends the template's preset",
    templates: () => ["renovate"],
  },
} as const satisfies Record<string, OwnedGroup>;

/** The word for a group of files that the template keeps. */
export type OwnedGroupName = keyof typeof ownedGroups;

/** All words for groups. */
export const ownedGroupNames = Object.keys(ownedGroups) as OwnedGroupName[];

/** The version of Node that the devcontainer and CI use. */
const node = "22";

/** A file that the template keeps, as it should be. */
export interface OwnedFile {
  readonly group: OwnedGroupName;
  readonly path: string;
  readonly text: string;
}

/** The files that the template keeps in a product. @param groups @default - all */
export function ownedFiles(
  tree: Tree,
  manifest: Manifest,
  groups: readonly OwnedGroupName[] = ownedGroupNames,
): OwnedFile[] {
  const { infra: { ci = [], base = "main" } = {}, name } = manifest;
  const packageManager = packageManagerOf(tree, manifest);
  const variables = {
    name,
    node,
    base,
    packageManager,
    ...(packageManagers[packageManager] satisfies PackageManagerFacts),
    minute: minuteOf(name),
    template: templateRepository(),
    version: ownManifest().version,
  };
  return groups.flatMap((group) =>
    ownedGroups[group]
      .templates({ ci })
      .flatMap((folder) => [...render(`owned/${folder}`, variables)].map(([path, text]) => ({ group, path, text }))),
  );
}

/** What a rendering found out about a file that the template keeps. */
export interface Healed {
  readonly group: OwnedGroupName;
  readonly path: string;
  readonly was: "missing" | "different";
}

/** Brings the files that the template keeps back to what they should be. @returns the ones that were not */
export function healOwned(tree: Tree, manifest: Manifest, groups?: readonly OwnedGroupName[]): Healed[] {
  return ownedFiles(tree, manifest, groups).flatMap(({ group, path, text }) => {
    const found = tree.read(path, "utf8");
    // A checkout of Windows has other line ends, and is no other file.
    if (found?.replaceAll("\r\n", "\n") === text) return [];
    tree.write(path, text);
    return [{ group, path, was: found === null ? ("missing" as const) : ("different" as const) }];
  });
}

/** Spreads the nightly runs of many products over the hour: the name decides the minute. */
function minuteOf(name: string): number {
  return [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 60, 7);
}

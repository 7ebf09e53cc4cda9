import { infraError, suggest } from "@infra/inventory";
import type { Manifest } from "./manifest.js";
import { type OwnedGroupName, ownedGroupNames } from "./owned.js";
import { inChannel, type Published, type Registry } from "./registry.js";
import { compareVersions } from "./versions.js";

/** A pin that an update raises. */
export interface Bump {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** What an update is limited to. */
export type Component =
  { readonly kind: "group"; readonly name: OwnedGroupName } | { readonly kind: "package"; readonly name: string };

/** The one thing that a flag limits an update to. @throws InfraError when it is neither a pinned package nor a group of files */
export function componentOf(manifest: Manifest, wanted: string | undefined): Component | undefined {
  if (!wanted) return undefined;
  const group = ownedGroupNames.find((name) => name === wanted);
  if (group) return { kind: "group", name: group };
  const packages = Object.keys(pinsIn(manifest)).filter((name) => name.startsWith("@infra/"));
  const name = packages.find((each) => each === wanted || each === `@infra/${wanted}`);
  if (name) return { kind: "package", name };
  throw infraError(
    `--component: ${JSON.stringify(wanted)} is neither a package of the template that this product pins, nor a group of files`,
    suggest(wanted, [...ownedGroupNames, ...packages]),
  );
}

/**
 * The pins that are behind a channel: the template's packages, and those of others that the channel's @infra/product was tested
 * with. A pin that is ahead of the channel is never lowered: migrations cannot be undone.
 */
export async function bumpsOf(manifest: Manifest, profile: string, registry: Registry, only?: string): Promise<Bump[]> {
  const pins = pinsIn(manifest);
  const names = Object.keys(pins).filter((name) => name.startsWith("@infra/") && (only === undefined || name === only));
  const found = await Promise.all(names.map(async (name) => [name, await inChannel(registry, name, profile)] as const));
  const targets = new Map(found.map(([name, { version }]) => [name, version]));
  for (const { package: name, version } of groupOf(found)) if (name in pins) targets.set(name, version);
  return [...targets].flatMap(([name, to]) => {
    const from = pins[name] ?? "";
    return compareVersions(from, to) < 0 ? [{ name, from, to }] : [];
  });
}

function groupOf(found: readonly (readonly [string, Published])[]) {
  return found.find(([name]) => name === "@infra/product")?.[1]["nx-migrations"]?.packageGroup ?? [];
}

/** The manifest with raised pins. */
export function withBumps(manifest: Manifest, bumps: readonly Bump[]): Manifest {
  const to = new Map(bumps.map((bump) => [bump.name, bump.to]));
  const raised = (pins: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(pins).map(([name, version]) => [name, to.get(name) ?? version]));
  const { dependencies, devDependencies } = manifest;
  return {
    ...manifest,
    ...(dependencies ? { dependencies: raised(dependencies) } : {}),
    ...(devDependencies ? { devDependencies: raised(devDependencies) } : {}),
  };
}

/** All pins of a manifest. */
export function pinsIn({ dependencies, devDependencies }: Manifest): Record<string, string> {
  return { ...devDependencies, ...dependencies };
}

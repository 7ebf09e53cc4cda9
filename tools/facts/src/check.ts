import type { ProviderName } from "@infra/inventory";
import { type SizeClass, sizeClasses } from "@infra/core";
import type { Facts, Size } from "./file.js";

/** What is wrong with the tables of a cloud; each says the table, the entry and the remedy. */
export function problemsOf(provider: ProviderName, { regions, sizes, images }: Facts): string[] {
  return [
    ...regionsOutsidePattern(regions),
    ...sizes.entries.flatMap((size, index) => sizeProblems(size, sizes.entries.slice(0, index), regions)),
    ...(provider === "heroku" ? [] : classesWithoutSize(sizes.entries, Object.keys(regions.entries))),
    ...(images.default !== undefined && !images.entries[images.default]
      ? [`images.default: ${images.default} is not in the table. Name one that is`]
      : []),
  ];
}

function regionsOutsidePattern({ entries, pattern }: Facts["regions"]): string[] {
  if (pattern === undefined) return [];
  const shape = new RegExp(pattern);
  return Object.keys(entries)
    .filter((region) => !shape.test(region))
    .map((region) => `regions.${region}: it does not have the shape ${pattern}. Widen the pattern`);
}

function sizeProblems(size: Size, earlier: readonly Size[], { entries }: Facts["regions"]): string[] {
  const unknown = (size.regions ?? []).filter((region) => !(region in entries));
  const shadow = earlier.find((other) => isChosenBefore(other, size));
  return [
    ...unknown.map(
      (region) => `sizes.${size.name}: its region ${region} is not in the table of regions. Correct either`,
    ),
    ...(shadow
      ? [
          `sizes.${size.name}: it is never chosen, because ${shadow.name} comes first and is as large. Move it up, or remove it`,
        ]
      : []),
  ];
}

/** Is the other kind chosen wherever this one could be? */
function isChosenBefore(other: Size, size: Size): boolean {
  const everywhere = !other.regions || (size.regions ?? []).every((region) => other.regions?.includes(region));
  return (
    other.architecture === size.architecture &&
    other.cpus >= size.cpus &&
    other.memory >= size.memory &&
    everywhere &&
    (!other.regions || size.regions !== undefined)
  );
}

/** Every class of size must lead somewhere in every region, or moving between regions would break an inventory. */
function classesWithoutSize(sizes: readonly Size[], regions: readonly string[]): string[] {
  const classes = Object.entries(sizeClasses) as [SizeClass, { cpus: number; memory: number }][];
  return regions.flatMap((region) =>
    classes
      .filter(([, wanted]) => !sizes.some((size) => fits(size, wanted, region)))
      .map(([name]) => `sizes: nothing is large enough for ${name} in ${region}. Add a kind of server`),
  );
}

function fits(size: Size, { cpus, memory }: { cpus: number; memory: number }, region: string): boolean {
  const offered = size.regions?.includes(region) ?? true;
  return size.architecture === "amd64" && offered && size.cpus >= cpus && size.memory >= memory;
}

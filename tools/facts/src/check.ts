import { imageSupport, isOrderableIn, isSoldIn, type SizeClass, sizeClasses } from "@infra/facts";
import { type ProviderName } from "@infra/inventory";
import type { PriceTable } from "@infra/facts/prices";
import type { Facts, Size } from "./file.js";
import { pricedIn, sizeAttributes } from "./size-prices.js";

/** What is wrong with the tables of a cloud; each says the table, the entry and the remedy. */
export function problemsOf(cloud: ProviderName, { regions, sizes, images }: Facts, prices?: PriceTable): string[] {
  return [
    ...regionsOutsidePattern(regions),
    ...sizes.entries.flatMap((size, index) => sizeProblems(size, sizes.entries.slice(0, index), regions)),
    ...(cloud === "heroku" ? [] : classesWithoutSize(sizes.entries, regions.entries)),
    ...imageProblems(images),
    ...(prices ? unpricedSizes(cloud, sizes.entries, prices) : []),
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
  const named = [...(size.regions ?? []), ...(size.except ?? []), ...(size.orderable ?? [])];
  const unknown = [...new Set(named)].filter((region) => !Object.hasOwn(entries, region));
  const shadow = earlier.find((other) => isChosenBefore(other, size, Object.keys(entries)));
  return [
    ...unknown.map(
      (region) => `sizes.${size.name}: its region ${region} is not in the table of regions. Correct either`,
    ),
    ...(shadow
      ? [
          `sizes.${size.name}: it is never chosen, because ${shadow.name} comes first and is larger. Move it up, or remove it`,
        ]
      : []),
  ];
}

/** Is a larger kind chosen wherever this one could be? One that is as large comes behind as what is ordered when the other is sold out. */
function isChosenBefore(other: Size, size: Size, regions: readonly string[]): boolean {
  if (other.name === size.name) return true;
  const larger = other.cpus > size.cpus || other.memory > size.memory;
  return (
    larger &&
    other.architecture === size.architecture &&
    other.cpus >= size.cpus &&
    other.memory >= size.memory &&
    regions.filter((region) => isSoldIn(size, region)).every((region) => isOrderableIn(other, region))
  );
}

/** Every class of size must lead somewhere in every region, or moving between regions would break an inventory. */
function classesWithoutSize(sizes: readonly Size[], regions: Facts["regions"]["entries"]): string[] {
  const classes = Object.entries(sizeClasses) as [SizeClass, { cpus: number; memory: number }][];
  return Object.entries(regions).flatMap(([region, { servers }]) =>
    classes
      .filter(([, wanted]) => servers !== false && !sizes.some((size) => fits(size, wanted, region)))
      .map(([name]) => `sizes: nothing is large enough for ${name} in ${region}. Add a kind of server`),
  );
}

function fits(size: Size, { cpus, memory }: { cpus: number; memory: number }, region: string): boolean {
  return size.architecture === "amd64" && isSoldIn(size, region) && size.cpus >= cpus && size.memory >= memory;
}

function imageProblems({ default: fallback, entries, removed }: Facts["images"]): string[] {
  const support = imageSupport().entries;
  const names = Object.keys({ ...entries, ...removed }) as (keyof typeof support)[];
  return [
    ...(fallback !== undefined && !entries[fallback]
      ? [`images.default: ${fallback} is not in the table. Name one that is`]
      : []),
    ...names
      .filter((name) => !(name in support))
      .map((name) => `images.${name}: nobody says when its support ends. Add it to support.json`),
  ];
}

/** Every kind of server has a price somewhere, or the reason why it has none. */
function unpricedSizes(cloud: ProviderName, sizes: readonly Size[], prices: PriceTable): string[] {
  const { type, attribute } = sizeAttributes[cloud];
  return sizes
    .filter(({ name }) => pricedIn(cloud, name, prices).length === 0)
    .map(({ name }) => `prices.${type}: no entry is about ${attribute} ${name}. Add its price, or why it has none`);
}

import type { Facts, Size } from "./file.js";

/** What a cloud says of itself. */
export interface LiveFacts {
  /** Regions by name, with what else the table keeps of them. */
  readonly regions: Facts["regions"]["entries"];
  readonly sizes: readonly LiveSize[];
  /** Do the sizes say in which regions they are sold? @default false: what the table knows of it stays */
  readonly saysRegions?: true;
  /** Names of images by architecture. @default - the cloud has no list that names them as the table does */
  readonly images?: readonly { readonly name: string; readonly architecture: "amd64" | "arm64" }[];
}

/** A kind of server, as its cloud describes it. */
export type LiveSize = Omit<Size, "flexible">;

/** Tables that were compared with the cloud. */
export interface Comparison {
  /** The tables as they are to be written. */
  readonly facts: Facts;
  /** What differed, one line each. */
  readonly differences: readonly string[];
}

/** Compares the tables of a cloud with what it says of itself. What the cloud no longer has is removed. */
export function compare(facts: Facts, live: LiveFacts, date: string): Comparison {
  const regions = compareRegions(facts.regions, live.regions);
  const sizes = facts.sizes.entries.map((size) => compareSize(size, live));
  const images = live.images ? compareImages(facts.images.entries, live.images) : undefined;
  return {
    facts: {
      regions: { ...facts.regions, date, verified: true, entries: keepFacts(facts.regions, live.regions) },
      sizes: { ...facts.sizes, date, verified: true, entries: sizes.flatMap(({ size }) => size ?? []) },
      images: images ? { ...facts.images, date, verified: true, entries: images.entries } : facts.images,
    },
    differences: [...regions, ...sizes.flatMap(({ differences }) => differences), ...(images?.differences ?? [])],
  };
}

/** What the table knows of a region that the cloud still has, and does not say of it, stays. */
function keepFacts({ entries }: Facts["regions"], live: LiveFacts["regions"]): LiveFacts["regions"] {
  return Object.fromEntries(Object.entries(live).map(([name, region]) => [name, { ...entries[name], ...region }]));
}

function compareRegions({ entries }: Facts["regions"], live: LiveFacts["regions"]): string[] {
  const added = Object.keys(live).filter((name) => !(name in entries));
  const gone = Object.keys(entries).filter((name) => !(name in live));
  return [...added.map((name) => `regions.${name}: added`), ...gone.map((name) => `regions.${name}: removed`)];
}

function compareSize(size: Size, live: LiveFacts): { size?: Size; differences: string[] } {
  // Flexible and custom kinds are shapes of which the cloud lists no single size.
  if (size.flexible || /-custom-/.test(size.name)) return { size, differences: [] };
  const found = live.sizes.find(({ name }) => name === size.name);
  if (!found) return { differences: [`sizes.${size.name}: removed`] };
  const { regions, except, orderable, ...rest } = size;
  const kept = live.saysRegions ? rest : { ...rest, regions, except, orderable };
  const changed = ordered({ ...kept, ...found });
  return {
    size: changed,
    differences:
      JSON.stringify(ordered(size)) === JSON.stringify(changed) ? [] : [`sizes.${size.name}: ${JSON.stringify(found)}`],
  };
}

/** A size with its keys in the order of the table. */
function ordered({ name, cpus, memory, architecture, regions, except, orderable, flexible, disk }: Size): Size {
  return {
    name,
    cpus,
    memory,
    architecture,
    ...(regions ? { regions } : {}),
    ...(except ? { except } : {}),
    ...(orderable ? { orderable } : {}),
    ...(flexible ? { flexible } : {}),
    ...(disk === undefined ? {} : { disk }),
  };
}

function compareImages(entries: Facts["images"]["entries"], live: NonNullable<LiveFacts["images"]>) {
  const differences: string[] = [];
  const kept = Object.entries(entries).map(([image, byArchitecture]) => {
    const still = Object.entries(byArchitecture).filter(([architecture, named]) => {
      const name = Object.values(named).at(0);
      const offered = live.some((each) => each.name === name && each.architecture === architecture);
      if (!offered) differences.push(`images.${image}.${architecture}: removed`);
      return offered;
    });
    return [image, Object.fromEntries(still)] as const;
  });
  const offered = kept.filter(([, byArchitecture]) => Object.keys(byArchitecture).length > 0);
  return { entries: Object.fromEntries(offered) as Facts["images"]["entries"], differences };
}

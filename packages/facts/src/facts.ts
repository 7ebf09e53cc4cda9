import type { ProviderName } from "@infra/inventory";
import type { ImageName } from "./images.js";

/** Facts about one cloud, as its file in `facts/` holds them: what `tools/facts` checks, and reads again from the cloud. */
export interface CloudFacts {
  readonly regions: FactTable<Readonly<Record<string, RegionFacts>>> & {
    /** Shape of names that are taken though they are not listed, on clouds that add regions often. @default - only listed ones */
    readonly pattern?: string;
  };
  /** Kinds of servers, in the order in which they are chosen: the first that is large enough and can be ordered. */
  readonly sizes: FactTable<readonly SizeFacts[]>;
  readonly images: FactTable<Readonly<Partial<Record<ImageName, ImageFacts>>>> & {
    /** The image of servers for which none is named. @default - the cloud has no images to choose from */
    readonly default?: ImageName;
    /** How the cloud named images that it no longer offers; servers that exist may run on them. @default - none */
    readonly removed?: Readonly<Partial<Record<ImageName, ImageFacts>>>;
  };
}

/** A table, and where it comes from. */
export interface FactTable<E> {
  /** Where the cloud publishes it. */
  readonly source: string;
  /** Day that the entries are of, `YYYY-MM-DD`. */
  readonly date: string;
  /** Was it read from the cloud itself by `tools/facts`? Otherwise people wrote it. */
  readonly verified: boolean;
  /** What was read to write it, and what could not be read. @default - the source says it all */
  readonly note?: string;
  readonly entries: E;
}

/** What is known of a region. */
export interface RegionFacts {
  /** Hetzner: the zone that networks of the location belong to. */
  readonly networkZone?: string;
  /** Gcp: letters of the zones that stand for a, b and c. @default - a, b and c themselves */
  readonly zones?: Readonly<Record<"a" | "b" | "c", string>>;
  /** Where the region has no buckets: false. @default - it has them */
  readonly objectStorage?: false;
  /** Where the region sells none of the kinds of servers in the table: false. @default - it sells them */
  readonly servers?: false;
  /** Oracle: the realm, which has tenancies and domains of its own. @default - OC1, the commercial one */
  readonly realm?: string;
  /** What could not be read about it. @default - nothing */
  readonly note?: string;
}

/** A kind of server. */
export interface SizeFacts {
  /** The cloud's name. */
  readonly name: string;
  /** Virtual CPUs; the most of them when the kind is flexible. */
  readonly cpus: number;
  /** Memory in GiB; the most of it when the kind is flexible. */
  readonly memory: number;
  readonly architecture: Architecture;
  /** Regions that have it. @default - all but those in `except` */
  readonly regions?: readonly string[];
  /** Regions that lack it. @default - none */
  readonly except?: readonly string[];
  /** Regions in which a new server of it could be ordered on the day of the table. @default - all that have it */
  readonly orderable?: readonly string[];
  /** Each server says how much it wants: virtual CPUs per unit that is sold, and the most memory per unit in GiB. */
  readonly flexible?: { readonly cpusPerUnit: number; readonly memoryPerUnit: number };
  /** Gcp: the kind of disk that it starts from, where it does not take `pd-balanced`. @default - it does */
  readonly disk?: string;
}

/** How a cloud names an image, by architecture. */
export type ImageFacts = Readonly<Partial<Record<Architecture, Readonly<Record<string, string>>>>>;

/** Processor architectures. */
export type Architecture = "amd64" | "arm64";

/** The facts of a cloud; only its own file is read. */
export function factsOf(cloud: ProviderName): CloudFacts {
  return require(`../facts/${cloud}.json`) as CloudFacts;
}

/** Is a region's name taken: listed, or of the shape that new ones have? */
export function hasRegion({ entries, pattern }: CloudFacts["regions"], region: string): boolean {
  return Object.hasOwn(entries, region) || (pattern !== undefined && new RegExp(pattern).test(region));
}

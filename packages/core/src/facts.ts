import { DeploymentStack } from "./deployment-stack.js";
import type { Construct } from "./cdktf.js";
import type { Zone } from "./contracts.js";
import { infraError, type ProviderName, suggest } from "@infra/inventory";

/** Facts about one cloud, as its file in `facts/` holds them: what `tools/facts` checks, and reads again from the cloud. */
export interface CloudFacts {
  readonly regions: FactTable<Readonly<Record<string, RegionFacts>>> & {
    /** Shape of names that are taken though they are not listed, on clouds that add regions often. @default - only listed ones */
    readonly pattern?: string;
  };
  /** Kinds of servers; the first that is large enough is chosen. */
  readonly sizes: FactTable<readonly SizeFacts[]>;
  readonly images: FactTable<Readonly<Partial<Record<ImageName, ImageFacts>>>> & {
    /** The image of servers for which none is named. @default "debian-12" */
    readonly default?: ImageName;
  };
}

/** A table, and where it comes from. */
export interface FactTable<E> {
  /** Where the cloud publishes it. */
  readonly source: string;
  /** Day of the last look, `YYYY-MM-DD`. */
  readonly date: string;
  /** Was it read from the cloud itself by `tools/facts`? Otherwise it was written by hand. */
  readonly verified: boolean;
  readonly entries: E;
}

/** What is known of a region. */
export interface RegionFacts {
  /** Hetzner: the zone that networks of the location belong to. */
  readonly networkZone?: string;
  /** Gcp: letters of the zones that stand for a, b and c. @default - a, b and c themselves */
  readonly zones?: Readonly<Record<Zone, string>>;
  /** Where the region has no buckets: false. @default - it has them */
  readonly objectStorage?: false;
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
  /** Regions that have it. @default - all */
  readonly regions?: readonly string[];
  /** Each server says how much it wants: virtual CPUs per unit that is sold, and the most memory per unit in GiB. */
  readonly flexible?: { readonly cpusPerUnit: number; readonly memoryPerUnit: number };
}

/** How a cloud names an image, by architecture. */
export type ImageFacts = Readonly<Partial<Record<Architecture, Readonly<Record<string, string>>>>>;

/** Processor architectures. */
export type Architecture = "amd64" | "arm64";

/** Size classes: at least this many virtual CPUs, and this much memory in GiB, on every cloud. */
export const sizeClasses = {
  small: { cpus: 2, memory: 4 },
  medium: { cpus: 4, memory: 8 },
  large: { cpus: 8, memory: 16 },
  xlarge: { cpus: 16, memory: 32 },
} as const;

/** The word for a size class. */
export type SizeClass = keyof typeof sizeClasses;

/** A size class, or the least number of virtual CPUs and the least memory in GiB. */
export type SizeRequest = SizeClass | { readonly cpus: number; readonly memory: number };

/** The kind of server that was chosen. */
export interface ResolvedSize {
  /** The cloud's name of it. */
  readonly name: string;
  /** What the server gets, where the cloud asks: units (cores of Oracle) and memory in GiB. @default - the kind decides */
  readonly flexible?: { readonly units: number; readonly memory: number };
}

/** All words for images. */
export const imageNames = ["debian-12", "debian-13", "rocky-9", "ubuntu-22.04", "ubuntu-24.04"] as const;

/** The word for an image. */
export type ImageName = (typeof imageNames)[number];

/** The facts of a cloud; only its own file is read. */
export function factsOf(provider: ProviderName): CloudFacts {
  return require(`../facts/${provider}.json`) as CloudFacts;
}

/** What is known of the deployment's region. @throws InfraError for one that the cloud does not have. */
export function checkRegion(scope: Construct): RegionFacts & { readonly name: string } {
  const stack = DeploymentStack.of(scope);
  const { provider, region } = stack.context.settings;
  const { entries, pattern } = factsOf(provider).regions;
  const known = Object.hasOwn(entries, region) ? entries[region] : undefined;
  if (known) return { ...known, name: region };
  if (pattern !== undefined && new RegExp(pattern).test(region)) return { name: region };
  const message = `${JSON.stringify(region)} is not a region of ${provider}`;
  throw stack.settingError("region", message, suggest(region, Object.keys(entries)));
}

/** The cloud's letter for a zone of the deployment's region; a few regions of gcp have no zone a. */
export function zoneLetter(scope: Construct, zone: Zone): string {
  return checkRegion(scope).zones?.[zone] ?? zone;
}

/** The first kind of server in the cloud's table that is large enough. @throws InfraError when there is none. */
export function resolveSize(scope: Construct, request: SizeRequest, architecture: Architecture): ResolvedSize {
  const { provider, region } = DeploymentStack.of(scope).context.settings;
  const { cpus, memory } = typeof request === "string" ? sizeClasses[request] : request;
  const offered = factsOf(provider).sizes.entries.filter(
    (each) => each.architecture === architecture && (each.regions?.includes(region) ?? true),
  );
  const size = offered.find((each) => each.cpus >= cpus && each.memory >= memory);
  if (size) return { name: size.name, ...(size.flexible ? { flexible: unitsOf(size.flexible, cpus, memory) } : {}) };
  const wanted = `${architecture} servers with ${String(cpus)} CPUs and ${String(memory)} GiB`;
  const largest = offered.at(-1);
  throw infraError(
    `${provider} has no ${wanted} in ${region}`,
    largest
      ? `Ask for less, at most ${String(largest.cpus)} CPUs and ${String(largest.memory)} GiB, or name a kind of server in \`native\``
      : "Choose the other architecture, another region, or name a kind of server in `native`",
  );
}

function unitsOf(flexible: NonNullable<SizeFacts["flexible"]>, cpus: number, memory: number) {
  return {
    units: Math.max(Math.ceil(cpus / flexible.cpusPerUnit), Math.ceil(memory / flexible.memoryPerUnit)),
    memory,
  };
}

/**
 * How the cloud names an image.
 *
 * @param wanted The image. @default - debian-12, or what the cloud's table says where that is not offered
 * @throws InfraError when the cloud does not offer it for the architecture
 */
export function resolveImage(
  scope: Construct,
  wanted: ImageName | undefined,
  architecture: Architecture,
): Readonly<Record<string, string>> {
  const { provider } = DeploymentStack.of(scope).context.settings;
  const { entries, default: fallback = "debian-12" } = factsOf(provider).images;
  const image = wanted ?? fallback;
  const named = entries[image]?.[architecture];
  if (named) return named;
  const others = imageNames.filter((each) => entries[each]?.[architecture]);
  throw infraError(
    `${provider} offers no image ${image} for ${architecture}`,
    others.length > 0 ? `Use one of: ${others.join(", ")}` : "Choose another cloud or architecture",
  );
}

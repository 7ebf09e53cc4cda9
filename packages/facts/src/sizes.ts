import type { Architecture, CloudFacts, SizeFacts } from "./facts.js";

/** Size classes: at least this many virtual CPUs, and this much memory in GiB, on every cloud. */
export const sizeClasses = {
  small: { cpus: 2, memory: 4 },
  medium: { cpus: 4, memory: 8 },
  large: { cpus: 8, memory: 16 },
  xlarge: { cpus: 16, memory: 32 },
} as const;

/** The word for a size class. */
export type SizeClass = keyof typeof sizeClasses;

/** The least number of virtual CPUs and the least memory in GiB. */
export interface SizeNeeds {
  readonly cpus: number;
  readonly memory: number;
}

/** A size class, the least that is needed, or the cloud's own names of kinds in the order in which they are wanted. */
export type SizeRequest = SizeClass | SizeNeeds | readonly string[];

/** The kind of server that was chosen. */
export interface ResolvedSize {
  /** The cloud's name of it. */
  readonly name: string;
  /** What the server gets, where the cloud asks: units (cores of Oracle) and memory in GiB. @default - the kind decides */
  readonly flexible?: { readonly units: number; readonly memory: number };
  /** Gcp: the kind of disk that it starts from. @default - any */
  readonly disk?: string;
}

/** What a table says of a request. */
export interface SizeChoice {
  /** The first kind that can be ordered, else the first that is sold at all. @default - nothing is large enough */
  readonly size?: ResolvedSize;
  /** Could a server of `size` be ordered on the day of the table? */
  readonly orderable: boolean;
  /** The largest kind of the architecture in the region. @default - the region has none */
  readonly largest?: SizeNeeds;
}

/** Does a region have a kind of server? */
export function isSoldIn({ regions, except }: Pick<SizeFacts, "regions" | "except">, region: string): boolean {
  return (regions?.includes(region) ?? true) && !(except?.includes(region) ?? false);
}

/** Could a new server of a kind be ordered in a region, on the day of the table? */
export function isOrderableIn(size: SizeFacts, region: string): boolean {
  return isSoldIn(size, region) && (size.orderable?.includes(region) ?? true);
}

/** Is a kind as large as a request wants? A list of names wants the kinds that it names. */
export function satisfies(size: Pick<SizeFacts, "name" | "cpus" | "memory">, request: SizeRequest): boolean {
  const needs = needsOf(request);
  if (needs) return size.cpus >= needs.cpus && size.memory >= needs.memory;
  return isList(request) && request.includes(size.name);
}

/** What a request wants at least. @returns undefined for a list of names */
export function needsOf(request: SizeRequest): SizeNeeds | undefined {
  if (typeof request === "string") return sizeClasses[request];
  return isList(request) ? undefined : request;
}

/** Chooses a kind of server: of a class the first in the table that is large enough, of a list the first that is named. */
export function chooseSize(
  { regions, sizes }: CloudFacts,
  request: SizeRequest,
  { region, architecture }: { readonly region: string; readonly architecture: Architecture },
): SizeChoice {
  const here = regions.entries[region]?.servers === false ? [] : sizes.entries;
  const offered = here.filter((each) => each.architecture === architecture && isSoldIn(each, region));
  const wanted = isList(request) ? named(request, sizes.entries) : offered.filter((each) => satisfies(each, request));
  const orderable = wanted.find((each) => isOrderableIn(each, region));
  const chosen = orderable ?? wanted[0];
  const last = offered.at(-1);
  return {
    orderable: orderable !== undefined,
    ...(chosen ? { size: resolved(chosen, needsOf(request)) } : {}),
    ...(last ? { largest: { cpus: last.cpus, memory: last.memory } } : {}),
  };
}

/** The kinds of a list; one that the table does not know is taken at its word. */
function named(names: readonly string[], entries: readonly SizeFacts[]): SizeFacts[] {
  return names.map(
    (name) => entries.find((each) => each.name === name) ?? { name, cpus: 0, memory: 0, architecture: "amd64" },
  );
}

function resolved({ name, flexible, disk }: SizeFacts, needs: SizeNeeds | undefined): ResolvedSize {
  return {
    name,
    ...(flexible && needs ? { flexible: unitsOf(flexible, needs) } : {}),
    ...(disk === undefined ? {} : { disk }),
  };
}

function unitsOf({ cpusPerUnit, memoryPerUnit }: NonNullable<SizeFacts["flexible"]>, { cpus, memory }: SizeNeeds) {
  return { units: Math.max(Math.ceil(cpus / cpusPerUnit), Math.ceil(memory / memoryPerUnit)), memory };
}

function isList(request: SizeRequest): request is readonly string[] {
  return Array.isArray(request);
}

import type { PriceEntry } from "@infra/facts/prices";

/** One price as a cloud lists it: for an hour, for a month, or per month by size. */
export interface LivePrice {
  readonly hourly?: number;
  readonly monthly?: number;
  readonly steps?: readonly { readonly upTo: number; readonly monthly: number }[];
}

/** A thing that has a price: an entry of a table, about one kind in one region. */
export interface Priced {
  readonly type: string;
  readonly part: string | undefined;
  /** Attributes by path, each with one value; `region` is left out where the price is the same in all. */
  readonly when: Readonly<Record<string, unknown>>;
}

/** The prices of a cloud, as it lists them now. */
export interface LivePrices {
  readonly currency: string;
  /** What a thing costs. @returns undefined where the cloud's list does not say it */
  priceOf(thing: Priced): LivePrice | undefined;
}

/** Reads the prices of a cloud; only in the regions that its table names. */
export type PriceReader = (regions: readonly string[]) => Promise<LivePrices>;

/** The attribute of a thing that a reader looks up. @returns "" where it is not said */
export function wordOf({ when }: Priced, path: string): string {
  const value = when[path];
  return typeof value === "string" ? value : "";
}

/** The values that an entry names for an attribute, one or several. @returns none where it does not name the attribute */
export function valuesOf({ when }: Pick<PriceEntry, "when">, path: string): unknown[] {
  if (!when || !Object.hasOwn(when, path)) return [];
  const value = when[path];
  return Array.isArray(value) ? value : [value];
}

/** An amount with 9 significant digits: what sums of binary fractions add is cut off. */
export function exact(amount: number): number {
  return Number(amount.toPrecision(9));
}

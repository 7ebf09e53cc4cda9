import { isDeepStrictEqual } from "node:util";
import type { PriceEntry, PriceTable } from "@infra/facts/prices";
import { exact, type LivePrice, type LivePrices, type Priced, valuesOf } from "./live.js";

/** A price list that was compared with what the cloud lists. */
export interface PriceComparison {
  /** The list as it is to be written. */
  readonly prices: PriceTable;
  /** What differed, one line each. */
  readonly differences: readonly string[];
  /** Entries with a price that the cloud's list did not say, one line each; they stay as they are. */
  readonly unread: readonly string[];
}

/** How far apart two prices are that count as the same: tables round. */
const tolerance = 0.0005;

/**
 * Corrects a price list by what the cloud lists. An entry for several regions is split where their prices differ, and one without a price
 * gets those that are listed; nothing else is added, so that the difference stays small. A source counts as verified once every price of it
 * was read.
 *
 * @param date Today.
 * @throws Error when the cloud lists another currency
 */
export function applyPrices(table: PriceTable, live: LivePrices, date: string): PriceComparison {
  if (live.currency !== table.currency)
    throw new Error(
      `the prices are in ${live.currency}, and the table is in ${table.currency}. Ask for ${table.currency}`,
    );
  const regions = regionsOf(table);
  const looked = table.prices.map((entry) => look(entry, live, regions));
  const unread = looked.filter(({ complete }) => !complete).map(({ entry }) => entry);
  const read = new Set(looked.filter(({ found }) => found).map(({ entry }) => entry.source));
  const partly = new Set(unread.map(({ source }) => source));
  const sources = Object.entries(table.sources).map(([key, source]) => {
    const whole = read.has(key) && !partly.has(key);
    return [key, whole ? { url: source.url, date, verified: true } : source] as const;
  });
  return {
    prices: { ...table, sources: Object.fromEntries(sources), prices: looked.flatMap(({ entries }) => entries) },
    differences: looked.flatMap(({ differences }) => differences),
    unread: unread.map(nameOf),
  };
}

/** The regions that a table names prices for. */
export function regionsOf({ prices }: PriceTable): string[] {
  return [...new Set(prices.flatMap((entry) => valuesOf(entry, "region")))].filter((each) => typeof each === "string");
}

interface Look {
  readonly entry: PriceEntry;
  /** What takes its place. */
  readonly entries: readonly PriceEntry[];
  readonly differences: readonly string[];
  /** Was something of it read? */
  readonly found: boolean;
  /** Was all of it read, or is there nothing to read? */
  readonly complete: boolean;
}

/** Looks an entry up for each of its kinds and regions. */
function look(entry: PriceEntry, live: LivePrices, regions: readonly string[]): Look {
  const unlisted = entry.unlisted !== undefined;
  if (!unlisted && !hasAmount(entry)) return { entry, entries: [entry], differences: [], found: false, complete: true };
  const things = thingsOf(entry, unlisted ? regions : []);
  const priced = things.map((thing) => ({ thing, price: live.priceOf(thing) }));
  const listed = priced.flatMap(({ thing, price }) => (price ? [{ thing, price }] : []));
  if (listed.length === 0) return { entry, entries: [entry], differences: [], found: false, complete: false };
  if (unlisted) return filledIn(entry, listed, listed.length === things.length);
  if (listed.length < things.length) return { entry, entries: [entry], differences: [], found: true, complete: false };
  return corrected(entry, listed);
}

interface Listed {
  readonly thing: Priced;
  readonly price: LivePrice;
}

/** An entry with the prices of now: one entry per price. */
function corrected(entry: PriceEntry, listed: readonly Listed[]): Look {
  const groups = groupsOf(listed);
  const [first] = groups;
  if (groups.length === 1 && first && isSame(entry, first.price))
    return { entry, entries: [entry], differences: [], found: true, complete: true };
  const entries = groups.map(({ price, things }) => withPrice(entry, price, groups.length > 1 ? things : undefined));
  const differences = entries.map((each) => `${nameOf(each)}: ${textOf(entry)} → ${textOf(each)}`);
  return { entry, entries, differences, found: true, complete: true };
}

/** Prices for an entry that had none; it stays behind them for the rest. */
function filledIn(entry: PriceEntry, listed: readonly Listed[], complete: boolean): Look {
  const entries = groupsOf(listed).map(({ price, things }) => withPrice(entry, price, things));
  const differences = entries.map((each) => `${nameOf(each)}: added, ${textOf(each)}`);
  return { entry, entries: complete ? entries : [...entries, entry], differences, found: true, complete };
}

/** Things of one kind that cost the same in several regions share an entry. */
function groupsOf(listed: readonly Listed[]) {
  const groups: { price: LivePrice; things: Priced[] }[] = [];
  for (const { thing, price } of listed) {
    const kind = { ...thing.when, region: undefined };
    const known = groups.find(
      (each) => isDeepStrictEqual({ ...each.things[0]?.when, region: undefined }, kind) && isSame(each.price, price),
    );
    if (known) known.things.push(thing);
    else groups.push({ price, things: [thing] });
  }
  return groups;
}

function withPrice(entry: PriceEntry, price: LivePrice, things: readonly Priced[] | undefined): PriceEntry {
  const { type, part, when, per, otherwise, shared, source } = entry;
  const regions = things?.flatMap((thing) => (typeof thing.when["region"] === "string" ? [thing.when["region"]] : []));
  const narrowed = things?.[0] ? ({ ...things[0].when } as NonNullable<PriceEntry["when"]>) : when;
  if (narrowed && regions && regions.length > 1) narrowed["region"] = regions;
  return {
    type,
    ...(part === undefined ? {} : { part }),
    ...(narrowed ? { when: narrowed } : {}),
    ...(per === undefined ? {} : { per }),
    ...(otherwise === undefined ? {} : { otherwise }),
    ...(shared === undefined ? {} : { shared }),
    ...amountsOf(price),
    source,
  };
}

function amountsOf({ hourly, monthly, steps }: LivePrice): Pick<PriceEntry, "hourly" | "monthly" | "steps"> {
  return {
    ...(hourly === undefined ? {} : { hourly: exact(hourly) }),
    ...(monthly === undefined ? {} : { monthly: exact(monthly) }),
    ...(steps ? { steps: steps.map(({ upTo, monthly: each }) => ({ upTo, monthly: exact(each) })) } : {}),
  };
}

/** Every combination of an entry's values: its kinds, and its regions or those of the table. */
function thingsOf(entry: PriceEntry, otherwise: readonly string[]): Priced[] {
  const paths = Object.keys(entry.when ?? {});
  const own = valuesOf(entry, "region");
  const regions: readonly unknown[] = own.length > 0 ? own : otherwise;
  const kinds = paths
    .filter((path) => path !== "region")
    .reduce<Record<string, unknown>[]>(
      (made, path) => made.flatMap((each) => valuesOf(entry, path).map((value) => ({ ...each, [path]: value }))),
      [{}],
    );
  const { type, part } = entry;
  return kinds.flatMap((when) =>
    regions.length > 0 ? regions.map((region) => ({ type, part, when: { ...when, region } })) : [{ type, part, when }],
  );
}

function hasAmount({ hourly, monthly, steps }: LivePrice): boolean {
  return hourly !== undefined || monthly !== undefined || steps !== undefined;
}

function isSame(one: LivePrice, other: LivePrice): boolean {
  const near = (a: number | undefined, b: number | undefined) =>
    a === undefined || b === undefined ? a === b : Math.abs(a - b) <= tolerance * b;
  const steps = one.steps ?? [];
  return (
    near(one.hourly, other.hourly) &&
    near(one.monthly, other.monthly) &&
    steps.length === (other.steps ?? []).length &&
    steps.every(({ upTo, monthly }, index) => {
      const against = other.steps?.[index];
      return upTo === against?.upTo && near(monthly, against.monthly);
    })
  );
}

/** `hcloud_server/server server_type=cx23 region=fsn1|nbg1`. */
function nameOf({ type, part, when = {} }: PriceEntry): string {
  const words = Object.entries(when).map(([path, value]) => `${path}=${[value].flat().map(String).join("|")}`);
  return [`${type}${part === undefined ? "" : `/${part}`}`, ...words].join(" ");
}

function textOf({ hourly, monthly, steps, unlisted }: PriceEntry): string {
  if (steps) return steps.map(({ upTo, monthly: each }) => `${String(upTo)}: ${String(each)}`).join("; ");
  if (unlisted !== undefined) return "no price";
  return hourly === undefined ? `${String(monthly)} a month` : `${String(hourly)} an hour`;
}

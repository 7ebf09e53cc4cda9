import { type PriceEntry, pricesOf } from "@infra/facts/prices";
import { cloudOfRow, type PriceRow } from "./rows.js";
import { agrees, allOf, type Judged, type Judgement, wrong } from "./verdict.js";

/** How far a price may be from what was read: sources round. */
const tolerance = 0.001;

/** Regions that rows name in words. */
const regionWords = new Map([
  ["East US", "eastus"],
  ["West Europe", "westeurope"],
]);

/** The attributes that a row names, by path; null: not said. */
type Values = ReadonlyMap<string, string | boolean | null>;

/** One resource of a row. */
interface Item {
  readonly type: string;
  readonly part: string | undefined;
  readonly values: Values;
}

/** Compares a row of public prices with the tables. */
export function judgePrice(row: PriceRow): Judged {
  const name = `${row.provider} ${row.item}`;
  const cloud = cloudOfRow(row);
  if (!cloud || row.item.startsWith("next:")) return { name, verdict: "next" };
  if (row.found_value === "" || row.verdict === "not found") return { name, verdict: "not found" };
  const { prices, sources } = pricesOf(cloud);
  const judgements = claimsOf(row).map(([item, found]) => {
    const entry = entryOf(prices, item);
    if (!entry) return { verdict: "missing", why: found } as const;
    const { verified, date } = sources[entry.source] ?? { verified: false, date: "" };
    return verified && date > row.source_date ? ({ verdict: "newer" } as const) : judgeEntry(entry, found);
  });
  return { name, ...allOf(judgements) };
}

/** What a row says, by resource: one claim per value where it names several. */
function claimsOf({ item, found_value: found }: PriceRow): [Item, string][] {
  const [, head = "", place] = /^(.*?)(?: \(([^)]+)\))?$/.exec(item) ?? [];
  const [first = "", ...pairs] = head.split(/ (?=[\w.]+=)/);
  const [type = "", part] = first.split("/");
  const claim = (values: Values, price: string): [Item, string] => [{ type, part, values }, price];
  const sizes = [...found.matchAll(/(private-[\w-]+) (\d+)/g)];
  if (sizes.length > 0) return sizes.map(([, size = "", price = ""]) => claim(new Map([["size", size]]), price));
  const [, normal, shield] = /^(\d+) private space, (\d+) shield space$/.exec(found) ?? [];
  if (normal !== undefined && shield !== undefined)
    return [claim(new Map(), normal), claim(new Map([["shield", true]]), shield)];
  const region = place === undefined ? undefined : regionWords.get(place);
  const named = region === undefined ? pairs : [...pairs, `region=${region}`];
  return combinations(named.map(pairOf)).map((values) => claim(values, found));
}

function pairOf(pair: string): [string, (string | boolean | null)[]] {
  const at = pair.indexOf("=");
  const values = pair.slice(at + 1).split("|");
  return [pair.slice(0, at), values.map((value) => (value === "True" ? true : value === "None" ? null : value))];
}

/** `a=1|2 b=3` → a=1 b=3, and a=2 b=3. */
function combinations(pairs: readonly [string, readonly (string | boolean | null)[]][]): Values[] {
  return pairs.reduce<Values[]>(
    (made, [path, values]) => made.flatMap((each) => values.map((value) => new Map([...each, [path, value]]))),
    [new Map()],
  );
}

/** The first entry that is about the attributes that a row names; prices without a region are those of all. */
function entryOf(prices: readonly PriceEntry[], { type, part, values }: Item): PriceEntry | undefined {
  const paths = [...values.keys()].filter((path) => path !== "region");
  return prices.find(
    ({ when = {}, ...entry }) =>
      entry.type === type &&
      entry.part === part &&
      paths.every((path) => Object.hasOwn(when, path)) &&
      Object.entries(when).every(([path, wanted]) => {
        if (!values.has(path)) return false;
        const value = values.get(path);
        return Array.isArray(wanted) ? wanted.some((each) => each === value) : wanted === value;
      }),
  );
}

/** Found values: a number, `32: 5.28; 128: 19.71` for steps, or words for what is free or billed by use. */
function judgeEntry(entry: PriceEntry, found: string): Judgement {
  if (entry.steps) {
    const steps = [...found.matchAll(/(\d+): ([\d.]+)/g)];
    if (steps.length === 0) return wrong(`steps, not ${found}`);
    return allOf(
      steps.map(([, upTo, price]) =>
        judgeAmount(entry.steps?.find((step) => step.upTo === Number(upTo))?.monthly, Number(price)),
      ),
    );
  }
  const words = entry.free ?? entry.usage ?? entry.unlisted;
  const number = /^[\d.]+$/.test(found) ? Number(found) : undefined;
  if (words === undefined)
    return number === undefined ? wrong(`a price, not ${found}`) : judgeAmount(entry.hourly ?? entry.monthly, number);
  return number === undefined || words.includes(found) ? agrees : wrong(`${JSON.stringify(words)}, not ${found}`);
}

function judgeAmount(amount: number | undefined, found: number): Judgement {
  if (amount !== undefined && Math.abs(amount - found) <= found * tolerance) return agrees;
  return wrong(`${String(amount ?? "nothing")}, not ${String(found)}`);
}

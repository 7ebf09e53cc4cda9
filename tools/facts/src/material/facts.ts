import { type CloudFacts, factsOf, isSoldIn, type SizeFacts } from "@infra/facts";
import { judgeImage } from "./images.js";
import { cloudOfRow, type FactRow } from "./rows.js";
import { agrees, allOf, type Judged, type Judgement, wrong } from "./verdict.js";

/** Compares a row of public facts with the tables. */
export function judgeFact(row: FactRow): Judged {
  const name = `${row.provider} ${row.table} ${row.entry}`;
  const cloud = cloudOfRow(row);
  if (!cloud) return { name, verdict: "next" };
  const facts = factsOf(cloud);
  if (row.found_value === "" || row.verdict === "not found") return { name, verdict: "not found" };
  const { verified, date } = facts[row.table];
  if (verified && date > row.source_date) return { name, verdict: "newer" };
  return { name, ...judges[row.table](facts, row) };
}

const judges = { regions: judgeRegion, sizes: judgeSize, images: judgeImage };

/** Found values of regions: `listed`, `priced`, `zones b, c, d`, `listed; object storage no`. */
function judgeRegion({ regions }: CloudFacts, { entry, found_value: found, note }: FactRow): Judgement {
  const region = Object.hasOwn(regions.entries, entry) ? regions.entries[entry] : undefined;
  if (!region) return { verdict: "missing", why: found };
  const zones = /^zones (\w), (\w), (\w)$/.exec(found)?.slice(1).join();
  const storage = /object storage (yes|no)/.exec(found)?.[1];
  const realm = /realm (OC\d+), not OC1/.exec(note)?.[1];
  const { a = "a", b = "b", c = "c" } = region.zones ?? {};
  return allOf([
    zones === undefined || zones === [a, b, c].join() ? agrees : wrong(`zones ${a}, ${b}, ${c}, not ${found}`),
    storage === undefined || (storage === "no") === (region.objectStorage === false)
      ? agrees
      : wrong(`object storage, where it is ${storage}`),
    realm === region.realm ? agrees : wrong(`realm ${region.realm ?? "OC1"}, not ${String(realm)}`),
  ]);
}

/** Found values of sizes begin with what the kind has; its regions are there or in the note. */
function judgeSize(facts: CloudFacts, row: FactRow): Judgement {
  const size = facts.sizes.entries.find(({ name }) => name === row.entry);
  if (!size) return { verdict: "missing", why: row.found_value };
  return allOf([judgeShape(size, row.found_value), judgeRegions(facts, size, row), judgeOrders(size, row)]);
}

/** `2/4 amd64`, `arm64, 27 regions`, `memory 2.5`, `94 OCPU, 1049 GB`. */
function judgeShape(size: SizeFacts, found: string): Judgement {
  const [, cpus, memory] = /^([\d.]+)\/([\d.]+)/.exec(found) ?? [];
  const [, units, most] = /^(\d+) OCPU, (\d+) GB/.exec(found) ?? [];
  const only = /^memory ([\d.]+)/.exec(found)?.[1];
  const architecture = /\b(amd64|arm64)\b/.exec(found)?.[1];
  const gib = memory ?? most ?? only;
  if (gib === undefined && architecture === undefined) return wrong(`${JSON.stringify(found)} is not understood`);
  const perUnit = size.flexible?.cpusPerUnit ?? 1;
  const says = `${String(size.cpus)}/${String(size.memory)} ${size.architecture}`;
  const same =
    (cpus === undefined || Number(cpus) === size.cpus) &&
    (units === undefined || Number(units) * perUnit === size.cpus) &&
    (gib === undefined || Number(gib) === size.memory) &&
    (architecture === undefined || architecture === size.architecture);
  return same ? agrees : wrong(`${says}, not ${found}`);
}

function judgeRegions({ regions }: CloudFacts, size: SizeFacts, { found_value: found, note }: FactRow): Judgement {
  const all = Object.keys(regions.entries);
  const sold = all.filter((region) => isSoldIn(size, region));
  const wordsOf = (text: string) => all.filter((region) => text.split(/[^\w-]+/).includes(region));
  const [, count, total] = /(\d+) of (\d+) regions/.exec(found) ?? [];
  const exactly = /(?:^|; )(?:only:? |regions: )([^.;]*)/.exec(note)?.[1] ?? /active; ([\w ]+) only$/.exec(found)?.[1];
  const among = /amd64 ([a-z\d ]+), and (\w+)$/.exec(found)?.slice(1).join(" ");
  const atLeast = /more than v5: ([^.;]*)/.exec(note)?.[1];
  const list = exactly ?? among;
  if (list !== undefined && wordsOf(list).join() !== sold.join())
    return wrong(`sold in ${sold.join(" ")}, not in ${wordsOf(list).join(" ")}`);
  const lacking = wordsOf(atLeast ?? "").filter((region) => !sold.includes(region));
  if (lacking.length > 0) return wrong(`not sold in ${lacking.join(" ")}`);
  if (count === undefined) return agrees;
  // A kind that is sold wherever was looked is sold everywhere.
  const expected = count === total ? all.length : Number(count);
  return sold.length === expected ? agrees : wrong(`sold in ${String(sold.length)} regions, not ${String(expected)}`);
}

function judgeOrders({ orderable }: SizeFacts, { found_value: found }: FactRow): Judgement {
  if (!found.includes("not orderable on")) return agrees;
  return orderable?.length === 0 ? agrees : wrong(`orderable, where it was ${found}`);
}

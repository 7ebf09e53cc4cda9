import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { DatedTable } from "./age.js";
import { type ProviderName, providerNames } from "@infra/inventory";

/** Hours of a month that is billed by the hour. */
export const hoursPerMonth = 730;

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** What an attribute must be: a value, one of several, or `null` for not said. */
const condition = z.union([scalar, z.null(), z.array(scalar).min(1)]);

const sourceSchema = z.strictObject({
  url: z.url(),
  /** Day that the prices are of. */
  date: z.iso.date(),
  /** What was read to write it, and what could not be read. @default - it was read from the provider */
  note: z.string().optional(),
  /** Was it read from the provider on that day? Otherwise people wrote it; `note` says from what. */
  verified: z.boolean(),
});

const amount = z.number().positive();

/** One step of a price by size: the first that is large enough holds. */
const step = z.strictObject({ upTo: amount, monthly: amount });

const entrySchema = z
  .strictObject({
    type: z.string().regex(/^[a-z0-9_]+$/),
    /** Of a resource whose price has several parts; each part needs an entry that fits. */
    part: z.string().optional(),
    /** Attributes by path, `root_block_device.0.volume_type`; `region` is where the deployment runs. */
    when: z.record(z.string(), condition).optional(),
    /** Attribute that the price is multiplied by, such as a disk's GiB. */
    per: z.string().optional(),
    /** What `per` is when the plan does not say it. */
    otherwise: amount.optional(),
    hourly: amount.optional(),
    monthly: amount.optional(),
    /** For disks that are sold in sizes: the attribute in `per` decides the step. */
    steps: z.array(step).min(1).optional(),
    /** For what is sold in lots: the price is paid once for so many resources of a deployment. */
    shared: z.int().min(2).optional(),
    /** Why it costs nothing. */
    free: z.string().optional(),
    /** What decides its price, when that is how much it is used. */
    usage: z.string().optional(),
    /** Why there is no list price. */
    unlisted: z.string().optional(),
    /** Key of `sources`. */
    source: z.string(),
  })
  .refine(
    ({ hourly, monthly, steps, free, usage, unlisted }) =>
      [hourly, monthly, steps, free, usage, unlisted].filter((each) => each !== undefined).length === 1,
    "an entry has exactly one of hourly, monthly, steps, free, usage, unlisted",
  )
  .refine(({ steps, per }) => !steps || per !== undefined, "steps need `per`");

/** What a file of `prices/` holds. */
export const priceTableSchema = z
  .strictObject({
    /** As the provider lists its prices, without taxes. */
    currency: z.string().regex(/^[A-Z]{3}$/),
    sources: z.record(z.string(), sourceSchema),
    prices: z.array(entrySchema),
  })
  .superRefine(({ sources, prices }, context) => {
    for (const [index, { source, type }] of prices.entries())
      if (!(source in sources))
        context.addIssue({ code: "custom", path: ["prices", index], message: `${type}: no source ${source}` });
  });

/** The prices of one cloud. */
export type PriceTable = z.output<typeof priceTableSchema>;

/** The price of one kind of resource, or of a part of it. */
export type PriceEntry = z.output<typeof entrySchema>;

/** Where prices were taken from. */
export type PriceSource = z.output<typeof sourceSchema>;

const tables = new Map<ProviderName, PriceTable>();

/** The prices of a cloud; its file is read once. @throws ZodError for a file that is not right */
export function pricesOf(cloud: ProviderName): PriceTable {
  const known = tables.get(cloud) ?? readPrices(cloud);
  tables.set(cloud, known);
  return known;
}

/** The prices of every cloud, by its name. */
export function allPrices(): ReadonlyMap<ProviderName, PriceTable> {
  return new Map(providerNames.map((name) => [name, pricesOf(name)]));
}

/** The price lists of a cloud, by their source: `hetzner prices of servers`. */
export function datedPrices(cloud: ProviderName): DatedTable[] {
  return Object.entries(pricesOf(cloud).sources).map(([name, { date }]) => ({
    name: `${cloud} prices${name === "prices" ? "" : ` of ${name}`}`,
    date,
  }));
}

function readPrices(cloud: ProviderName): PriceTable {
  const file = join(__dirname, `../prices/${cloud}.json`);
  return priceTableSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}

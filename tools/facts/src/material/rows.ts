import { providerNames, type ProviderName } from "@infra/inventory";
import { parse } from "csv-parse/sync";
import { readFileSync } from "node:fs";
import { z } from "zod";

const text = z.string();
const common = { provider: text, found_value: text, source_date: text, verdict: text, note: text };

const factRow = z.object({ ...common, table: z.enum(["regions", "sizes", "images"]), entry: text });
const priceRow = z.object({ ...common, item: text });

/** What public material says of one region, kind of server or image. */
export type FactRow = z.output<typeof factRow>;

/** What public material says of one price. */
export type PriceRow = z.output<typeof priceRow>;

/** The rows of one file. */
export type Material =
  | { readonly kind: "facts"; readonly rows: readonly FactRow[] }
  | { readonly kind: "prices"; readonly rows: readonly PriceRow[] };

/** Reads a CSV file of facts or of prices; its header says which. @throws Error that names the file and what is wrong with it */
export function readMaterial(file: string): Material {
  const records = parse(readFileSync(file, "utf8"), { columns: true, skip_empty_lines: true });
  const facts = z.array(factRow).min(1).safeParse(records);
  if (facts.success) return { kind: "facts", rows: facts.data };
  const prices = z.array(priceRow).min(1).safeParse(records);
  if (prices.success) return { kind: "prices", rows: prices.data };
  throw new Error(`${file} has neither the columns of facts nor those of prices: ${z.prettifyError(prices.error)}`);
}

/** The cloud of a row. @returns undefined for one without tables, such as cloudflare */
export function cloudOfRow({ provider }: Pick<FactRow, "provider">): ProviderName | undefined {
  return providerNames.find((name) => name === provider);
}

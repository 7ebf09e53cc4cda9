import type { ProviderName } from "@infra/inventory";
import { type PriceTable, priceTableSchema } from "@infra/facts/prices";
import { type Facts, factsSchema } from "@infra/facts/schema";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export type { Facts, Size } from "@infra/facts/schema";

const tables = dirname(require.resolve("@infra/facts/package.json"));

/** Where the tables of regions, sizes and images are. */
export const factsFolder = join(tables, "facts");

/** Where the price lists are. */
export const pricesFolder = join(tables, "prices");

/** Reads the tables of a cloud. @throws ZodError that names what is wrong with them. */
export function readFacts(cloud: ProviderName, folder = factsFolder): Facts {
  return factsSchema.parse(JSON.parse(readFileSync(join(folder, `${cloud}.json`), "utf8")));
}

/** Writes the tables of a cloud, one entry per line, so that a difference shows what changed. */
export function writeFacts(cloud: ProviderName, facts: Facts, folder = factsFolder): void {
  writeFileSync(join(folder, `${cloud}.json`), render(facts));
}

/** Reads the price list of a cloud. @throws ZodError that names what is wrong with it. */
export function readPrices(cloud: ProviderName, folder = pricesFolder): PriceTable {
  return priceTableSchema.parse(JSON.parse(readFileSync(join(folder, `${cloud}.json`), "utf8")));
}

/** Writes the price list of a cloud, one entry per line. */
export function writePrices(cloud: ProviderName, prices: PriceTable, folder = pricesFolder): void {
  writeFileSync(join(folder, `${cloud}.json`), render(prices));
}

/** The text of a file: objects and lists two levels deep have a line per entry. */
export function render(facts: Facts | PriceTable): string {
  return `${lines(facts, "", 3)}\n`;
}

function lines(value: unknown, indent: string, depth: number): string {
  if (typeof value !== "object" || value === null || depth === 0) return inline(value);
  const inner = `${indent}  `;
  if (Array.isArray(value))
    return `[\n${value.map((each) => `${inner}${lines(each, inner, 0)}`).join(",\n")}\n${indent}]`;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  if (entries.length === 0) return "{}";
  const text = entries.map(([key, each]) => `${inner}${JSON.stringify(key)}: ${lines(each, inner, depth - 1)}`);
  return `{\n${text.join(",\n")}\n${indent}}`;
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}: ${inline(each)}`).join(", ")}}`;
}

import { imageNames } from "@infra/core";
import type { ProviderName } from "@infra/inventory";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "is not a day, YYYY-MM-DD");
const origin = { source: z.string().min(1), date, verified: z.boolean() };
const architecture = z.enum(["amd64", "arm64"]);

const size = z.strictObject({
  name: z.string().min(1),
  cpus: z.number().positive(),
  memory: z.number().positive(),
  architecture,
  regions: z.array(z.string()).min(1).optional(),
  flexible: z.strictObject({ cpusPerUnit: z.number().positive(), memoryPerUnit: z.number().positive() }).optional(),
});

const region = z.strictObject({
  networkZone: z.string().optional(),
  objectStorage: z.boolean().optional(),
  zones: z.record(z.enum(["a", "b", "c"]), z.string()).optional(),
});

const image = z.partialRecord(architecture, z.record(z.string(), z.string().min(1)));

/** What a file of `packages/core/facts` holds; core describes the parts. */
export const factsSchema = z.strictObject({
  regions: z.strictObject({
    ...origin,
    pattern: z.string().optional(),
    entries: z.record(z.string(), region),
  }),
  sizes: z.strictObject({ ...origin, entries: z.array(size) }),
  images: z.strictObject({
    ...origin,
    default: z.enum(imageNames).optional(),
    entries: z.partialRecord(z.enum(imageNames), image),
  }),
});

/** The tables of a cloud. */
export type Facts = z.output<typeof factsSchema>;

/** A kind of server in a table. */
export type Size = Facts["sizes"]["entries"][number];

/** Where the tables are. */
export const factsFolder = join(__dirname, "../../../packages/core/facts");

/** Reads the tables of a cloud. @throws ZodError that names what is wrong with them. */
export function readFacts(provider: ProviderName, folder = factsFolder): Facts {
  return factsSchema.parse(JSON.parse(readFileSync(join(folder, `${provider}.json`), "utf8")));
}

/** Writes the tables of a cloud, one entry per line, so that a difference shows what changed. */
export function writeFacts(provider: ProviderName, facts: Facts, folder = factsFolder): void {
  writeFileSync(join(folder, `${provider}.json`), render(facts));
}

/** The text of a file: objects and lists two levels deep have a line per entry. */
export function render(facts: Facts): string {
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

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";

/** A file as text, as bytes in base64, as text that is repeated, or null: the file is missing. */
const file = z.union([
  z.string(),
  z.strictObject({ base64: z.string() }),
  z.strictObject({ before: z.string().default(""), repeat: z.string(), times: z.int(), after: z.string().default("") }),
  z.null(),
]);

const badInput = z.strictObject({
  name: z.string(),
  /** Who refuses it: the library when it loads and synthesizes, or only the `infra` command. */
  layer: z.enum(["library", "command"]).default("library"),
  files: z.record(z.string(), file),
  /** The deployment that a command names. */
  deployment: z.string().default("production/compute"),
  expect: z.strictObject({
    /** File of the inventory folder that the message names. @default - the message names no place */
    file: z.string().optional(),
    line: z.int().optional(),
    column: z.int().optional(),
    /** Parts of the message: the value, the rule that it breaks, and what to do. */
    value: z.string(),
    rule: z.string(),
    remedy: z.string(),
  }),
});

/** An inventory that must be refused, and what the refusal says. */
export type BadInput = z.output<typeof badInput>;

const fixtures = z.strictObject({ base: z.record(z.string(), z.string()), cases: z.array(badInput) });

/** All inventories that must be refused; each has the files of a good one, with its own in their place. */
export function badInputs(): readonly BadInput[] {
  const path = join(__dirname, "..", "fixtures", "bad-input.json");
  const { base, cases } = fixtures.parse(JSON.parse(readFileSync(path, "utf8")));
  return cases.map((each) => ({ ...each, files: { ...base, ...each.files } }));
}

/** Writes the inventory of a case into a folder. */
export function writeBadInput({ files }: BadInput, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    if (content === null) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytesOf(content));
  }
}

function bytesOf(content: Exclude<z.output<typeof file>, null>): Buffer {
  if (typeof content === "string") return Buffer.from(content);
  if ("base64" in content) return Buffer.from(content.base64, "base64");
  return Buffer.from(content.before + content.repeat.repeat(content.times) + content.after);
}

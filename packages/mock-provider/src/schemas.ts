import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readBinding } from "./binding-text.js";
import { deriveSchema } from "./derived-schema.js";
import { schemaOf, type Schema } from "./schema.js";
import { unrecordedOf, type Unrecorded } from "./unrecorded.js";

/** What a schema is of. */
export type SchemaKind = "provider" | "resource" | "data source";

const realSchemas = z.object({
  provider_schemas: z.record(
    z.string(),
    z.object({
      provider: z.unknown(),
      resource_schemas: z.record(z.string(), z.unknown()).default({}),
      data_source_schemas: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
});
type RealSchemas = z.infer<typeof realSchemas>["provider_schemas"][string];

const real = new Map<string, RealSchemas | undefined>();
const schemas = new Map<string, Schema | undefined>();

/**
 * The schema of a type: from the `schema.json` of the bindings when there is one, else derived from the text of its
 * binding; undefined when the bindings do not have the type. Kept for the life of the process.
 * @throws Error when `schema.json` is not the output of `providers schema -json`
 */
export function findSchema(bindings: string, kind: SchemaKind, type: string): Schema | undefined {
  const key = [bindings, kind, type].join("\n");
  if (!schemas.has(key)) schemas.set(key, readSchema(bindings, kind, type));
  return schemas.get(key);
}

function readSchema(bindings: string, kind: SchemaKind, type: string): Schema | undefined {
  const known = realSchemasOf(bindings);
  if (!known) return derive(bindings, kind, type);
  const schema =
    kind === "provider"
      ? (known.provider ?? { block: {} })
      : known[kind === "resource" ? "resource_schemas" : "data_source_schemas"][type];
  return schema === undefined ? undefined : schemaOf.parse(schema);
}

function realSchemasOf(bindings: string): RealSchemas | undefined {
  if (!real.has(bindings)) real.set(bindings, readRealSchemas(join(bindings, "schema.json")));
  return real.get(bindings);
}

function readRealSchemas(file: string): RealSchemas | undefined {
  const text = readIfPresent(file);
  if (text === undefined) return undefined;
  const parsed = realSchemas.safeParse(JSON.parse(text));
  const all = Object.values(parsed.data?.provider_schemas ?? {});
  if (all.length === 1) return all[0];
  throw new Error(`${file} must hold the schema of one provider, as "tofu providers schema -json" prints it.`);
}

/** The folder of a binding under `lib/`, as the generator names it: without the provider, in kebab case. */
function folderOf(kind: SchemaKind, type: string): string {
  if (kind === "provider") return "provider";
  const [provider = "", ...rest] = type.split("_");
  return (kind === "data source" ? ["data", provider, ...rest] : rest).join("-");
}

/**
 * The schema that the text of a binding amounts to, whatever `schema.json` lies beside it; undefined when the bindings do
 * not have the type.
 * @param unrecorded what the text does not tell. @default - what the package knows of the type
 */
export function derive(
  bindings: string,
  kind: SchemaKind,
  type: string,
  unrecorded: Unrecorded = unrecordedOf(kind, type),
): Schema | undefined {
  const folder = join(bindings, "lib", folderOf(kind, type));
  const javascript = readIfPresent(join(folder, "index.js"));
  if (javascript === undefined) return undefined;
  const structs = join(folder, "index-structs");
  const more = (extension: string) =>
    namesIn(structs, extension).map((name) => readFileSync(join(structs, name), "utf8"));
  const facts = readBinding(
    [javascript, ...more(".js")].map(withoutSourceMap).join("\n"),
    [readIfPresent(join(folder, "index.d.ts")) ?? "", ...more(".d.ts")].join("\n"),
  );
  if (!facts || (kind !== "provider" && facts.main.terraformType !== type)) return undefined;
  return deriveSchema(facts, unrecorded);
}

const namesIn = (folder: string, extension: string): string[] => {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(extension));
  } catch {
    return [];
  }
};

/** Half of a binding is an inline source map. */
function withoutSourceMap(text: string): string {
  const at = text.lastIndexOf("\n//# sourceMappingURL=");
  return at < 0 ? text : text.slice(0, at);
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

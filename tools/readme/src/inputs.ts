import type { z } from "zod";

/** The parts of JSON Schema that a table shows. */
interface Json {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Json[];
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Json | boolean;
  readonly items?: Json;
}

/** A table of everything that a schema accepts, one row per key. */
export function inputsTable(schema: z.ZodType, toJson: (schema: z.ZodType) => object): string {
  const rows = rowsOf(toJson(schema) as Json, "");
  return ["| input | type | default | |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function rowsOf(json: Json, around: string): string[] {
  const objects = [json, ...(json.anyOf ?? [])];
  return objects.flatMap(({ properties = {}, required = [], additionalProperties, items }) => [
    ...Object.entries(properties)
      .filter(() => !isReference(properties))
      .flatMap(([key, value]) => rowOf(value, `${around}${key}`, required.includes(key))),
    ...(typeof additionalProperties === "object" ? rowsOf(additionalProperties, `${around}<name>.`) : []),
    ...(items ? rowsOf(items, `${around}[].`) : []),
  ]);
}

function rowOf(json: Json, path: string, required: boolean): string[] {
  const fallback = json.default === undefined ? (required ? "required" : "") : `\`${JSON.stringify(json.default)}\``;
  const cells = [`\`${path}\``, typeOf(json), fallback, json.description ?? ""].map(escaped);
  return [`| ${cells.join(" | ")} |`, ...rowsOf(json, `${path}.`)];
}

function typeOf({ type, enum: values, anyOf, properties, additionalProperties, items }: Json): string {
  if (anyOf) return [...new Set(anyOf.map(typeOf))].join(" or ");
  if (properties && isReference(properties)) return "reference";
  if (values) return values.map(String).join(", ");
  if (items) return `list of ${typeOf(items)}`;
  if (typeof additionalProperties === "object") return `map of ${typeOf(additionalProperties)}`;
  return { object: "map", string: "text", integer: "whole number", boolean: "true or false" }[type ?? ""] ?? type ?? "";
}

function isReference(properties: Readonly<Record<string, Json>>): boolean {
  return Object.keys(properties).join() === "output";
}

/** Outside code, Markdown would take `<name>` for HTML. */
function escaped(cell: string): string {
  const text = cell.replaceAll("|", "\\|");
  return text.startsWith("`") ? text : text.replaceAll("<", "&lt;");
}

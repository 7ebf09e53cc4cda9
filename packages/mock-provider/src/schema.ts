import { z } from "zod";

/** A type in the JSON notation of Terraform: `"string"`, `["list", "number"]`, `["object", { … }]`. */
export type CtyType =
  | "string"
  | "number"
  | "bool"
  | "dynamic"
  | readonly ["list" | "set" | "map", CtyType]
  | readonly ["object", Readonly<Record<string, CtyType>>]
  | readonly ["tuple", readonly CtyType[]];

/** How the entries of a nested block or of a nested attribute are kept. */
export type Nesting = "single" | "list" | "set" | "map" | "group";

/** An attribute of a block, as `providers schema -json` writes it. */
export interface Attribute {
  readonly type?: CtyType | undefined;
  readonly nested_type?:
    { readonly attributes: Readonly<Record<string, Attribute>>; readonly nesting_mode: Nesting } | undefined;
  readonly required?: boolean | undefined;
  readonly optional?: boolean | undefined;
  readonly computed?: boolean | undefined;
  readonly sensitive?: boolean | undefined;
  readonly write_only?: boolean | undefined;
}

/** A kind of nested block. */
export interface NestedBlock {
  readonly nesting_mode: Nesting;
  readonly block: Block;
  readonly min_items?: number | undefined;
  readonly max_items?: number | undefined;
}

/** The attributes and nested blocks of a resource, a data source or a provider. */
export interface Block {
  readonly attributes?: Readonly<Record<string, Attribute>> | undefined;
  readonly block_types?: Readonly<Record<string, NestedBlock>> | undefined;
}

/** A block with the version of its state. */
export interface Schema {
  readonly version: number;
  readonly block: Block;
}

const ctyType: z.ZodType<CtyType> = z.lazy(() =>
  z.union([
    z.enum(["string", "number", "bool", "dynamic"]),
    z.tuple([z.enum(["list", "set", "map"]), ctyType]).readonly(),
    z.tuple([z.literal("object"), z.record(z.string(), ctyType)]).readonly(),
    z.tuple([z.literal("tuple"), z.array(ctyType).readonly()]).readonly(),
  ]),
);

const nesting = z.enum(["single", "list", "set", "map", "group"]);

const attribute: z.ZodType<Attribute> = z.lazy(() =>
  z.object({
    type: ctyType.optional(),
    nested_type: z.object({ attributes: z.record(z.string(), attribute), nesting_mode: nesting }).optional(),
    required: z.boolean().optional(),
    optional: z.boolean().optional(),
    computed: z.boolean().optional(),
    sensitive: z.boolean().optional(),
    write_only: z.boolean().optional(),
  }),
);

const block: z.ZodType<Block> = z.lazy(() =>
  z.object({
    attributes: z.record(z.string(), attribute).optional(),
    block_types: z
      .record(
        z.string(),
        z.object({ nesting_mode: nesting, block, min_items: z.number().optional(), max_items: z.number().optional() }),
      )
      .optional(),
  }),
);

/** Parses one schema of a `schema.json`. */
export const schemaOf: z.ZodType<Schema> = z.object({ version: z.number().int().default(0), block });

/** A type of which an absent block collection is empty, never null: what core demands of nested blocks. */
export type BlockType = CtyType & { readonly emptyWhenAbsent?: true };

const types = new WeakMap<Block, CtyType>();

/** The object type of a block's value. */
export function typeOfBlock(block: Block): CtyType {
  const known = types.get(block);
  if (known) return known;
  const fields: Record<string, CtyType> = {};
  for (const [name, attribute] of Object.entries(block.attributes ?? {})) fields[name] = typeOfAttribute(attribute);
  for (const [name, nested] of Object.entries(block.block_types ?? {})) {
    fields[name] = nestedType(typeOfBlock(nested.block), nested.nesting_mode, true);
  }
  const type: CtyType = ["object", fields];
  types.set(block, type);
  return type;
}

/** The type of an attribute's value. */
export function typeOfAttribute(attribute: Attribute): CtyType {
  const nested = attribute.nested_type;
  if (!nested) return attribute.type ?? "string";
  return nestedType(typeOfBlock(nested), nested.nesting_mode, false);
}

function nestedType(element: CtyType, mode: Nesting, isBlock: boolean): CtyType {
  if (mode === "single" || mode === "group") return element;
  const type: CtyType = [mode, element];
  return isBlock ? Object.assign(type, { emptyWhenAbsent: true }) : type;
}

const wireNesting = { single: "SINGLE", list: "LIST", set: "SET", map: "MAP", group: "GROUP" } as const;

const wireSchemas = new WeakMap<Schema, object>();

/** The schema as the message of the plugin protocol. */
export function toWireSchema(schema: Schema): object {
  const known = wireSchemas.get(schema);
  if (known) return known;
  const wire = { version: schema.version, block: wireBlock(schema.block, schema.version) };
  wireSchemas.set(schema, wire);
  return wire;
}

function wireBlock(block: Block, version = 0): object {
  return {
    version,
    attributes: wireAttributes(block.attributes),
    block_types: Object.entries(block.block_types ?? {}).map(([name, nested]) => ({
      type_name: name,
      block: wireBlock(nested.block),
      nesting: wireNesting[nested.nesting_mode],
      min_items: nested.min_items ?? 0,
      max_items: nested.max_items ?? 0,
    })),
  };
}

function wireAttributes(attributes: Readonly<Record<string, Attribute>> = {}): object[] {
  return Object.entries(attributes).map(([name, attribute]) => {
    const { type, nested_type: nested, required, optional, computed, sensitive, write_only } = attribute;
    const flags = { name, required, optional, computed, sensitive, write_only };
    if (!nested) return { ...flags, type: Buffer.from(JSON.stringify(type ?? "string")) };
    const nesting = wireNesting[nested.nesting_mode];
    return { ...flags, nested_type: { attributes: wireAttributes(nested.attributes), nesting } };
  });
}

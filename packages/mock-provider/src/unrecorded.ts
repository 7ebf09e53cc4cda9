import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import type { SchemaKind } from "./schemas.js";

/** What the schema of a type holds and its binding does not record. A path is of names, such as `root_block_device.iops`. */
export interface Unrecorded {
  /** Whether the provider fills the optional attribute of a path when it is unset; for other paths the name decides. */
  readonly computed: ReadonlyMap<string, boolean>;
  /** The paths of the attributes that hold secrets. */
  readonly sensitive: ReadonlySet<string>;
  /** The least number of blocks by path, where it is more than one. */
  readonly least: ReadonlyMap<string, number>;
  /** The greatest number of blocks by path, where it is more than one. */
  readonly most: ReadonlyMap<string, number>;
}

/** Nothing is known of a type but what its binding records. */
export const nothingUnrecorded: Unrecorded = {
  computed: new Map(),
  sensitive: new Set(),
  least: new Map(),
  most: new Map(),
};

const paths = z.array(z.string()).default([]);
const counts = z.record(z.string(), z.number().int().min(2)).default({});
const entry = z.strictObject({
  /** Optional attributes that the provider fills, whatever their name. */
  computed: paths,
  /** Optional attributes that stay null, whatever their name. */
  notComputed: paths,
  sensitive: paths,
  least: counts,
  most: counts,
});
const file = z.strictObject({
  /** The fully qualified source of the provider, and the version whose schema says so. */
  source: z.string(),
  version: z.string(),
  resources: z.record(z.string(), entry),
  dataSources: z.record(z.string(), entry),
});
type File = z.infer<typeof file>;

/** The clouds whose bindings are published without their schema. The name is the first word of their types. */
export const cloudsWithUnrecorded = ["aws", "azurerm", "digitalocean", "google"] as const;

const files = new Map<string, File>();

/** What is known of a type besides its binding. The schemas of other types than those in `facts/` are not known. */
export function unrecordedOf(kind: SchemaKind, type: string): Unrecorded {
  const cloud = cloudsWithUnrecorded.find((each) => type.startsWith(`${each}_`));
  if (kind === "provider" || cloud === undefined) return nothingUnrecorded;
  const known = files.get(cloud) ?? file.parse(JSON.parse(readFileSync(fileOf(cloud), "utf8")));
  files.set(cloud, known);
  const types = new Map(Object.entries(kind === "resource" ? known.resources : known.dataSources));
  const facts = types.get(type);
  return facts === undefined ? nothingUnrecorded : ofEntry(facts);
}

const fileOf = (cloud: string): string => resolve(__dirname, `../facts/${cloud}.json`);

function ofEntry({ computed, notComputed, sensitive, least, most }: z.infer<typeof entry>): Unrecorded {
  const filled = [...computed.map((at) => [at, true] as const), ...notComputed.map((at) => [at, false] as const)];
  return {
    computed: new Map(filled),
    sensitive: new Set(sensitive),
    least: new Map(Object.entries(least)),
    most: new Map(Object.entries(most)),
  };
}

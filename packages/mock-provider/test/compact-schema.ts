import type { Attribute, Block, CtyType, Nesting } from "../src/schema.js";

/**
 * A block without what the comparison does not need. By name: `"optional, computed set(string)"` is an attribute; an array is one
 * with attributes inside (`["required", "list", { … }]`) or a block (`["block", "set", 0, 5, { … }]`: least and most, where 0 is
 * no limit).
 */
export interface CompactBlock {
  readonly [name: string]: string | CompactNested | CompactChild;
}
type CompactNested = readonly [flags: string, nesting: Nesting, attributes: CompactBlock];
type CompactChild = readonly [kind: "block", nesting: Nesting, least: number, most: number, block: CompactBlock];

/** What the inner fields of an attribute of an object type have instead of flags: the type does not have any. */
const field = "field";

/** Reduces a block. A block named in `cut` keeps no content: the one of a firewall's statements contains itself. */
export function compactBlock(block: Block, cut: ReadonlySet<string> = new Set()): CompactBlock {
  const compact: Record<string, CompactBlock[string]> = {};
  for (const [name, attribute] of Object.entries(block.attributes ?? {})) compact[name] = compactAttribute(attribute);
  for (const [name, { nesting_mode, min_items = 0, max_items = 0, block: inner }] of Object.entries(
    block.block_types ?? {},
  )) {
    const content = cut.has(name) ? {} : compactBlock(inner, cut);
    compact[name] = ["block", nesting_mode, min_items, max_items, content];
  }
  return compact;
}

function compactAttribute(attribute: Attribute): string | CompactNested {
  const { required, optional, computed, sensitive, nested_type: nested, type = "string" } = attribute;
  const flags = Object.entries({ required, optional, computed, sensitive })
    .flatMap(([name, isSet]) => (isSet ? [name] : []))
    .join(", ");
  return nested ? [flags, nested.nesting_mode, compactBlock(nested)] : ofType(flags, type);
}

function ofType(flags: string, type: CtyType): string | CompactNested {
  const element = type[0] === "list" || type[0] === "set" ? type[1] : undefined;
  if (element?.[0] === "object") return [flags, type[0] as Nesting, fieldsOf(element[1] as Fields)];
  if (type[0] === "object") return [flags, "single", fieldsOf(type[1] as Fields)];
  return type === "string" ? flags : `${flags} ${textOf(type)}`;
}

type Fields = Readonly<Record<string, CtyType>>;
const fieldsOf = (fields: Fields): CompactBlock =>
  Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, ofType(field, type)]));

function textOf(type: CtyType): string {
  if (typeof type === "string") return type;
  return `${type[0]}(${type[0] === "list" || type[0] === "set" || type[0] === "map" ? textOf(type[1]) : "…"})`;
}

/** What two schemas say differently of one path. */
export interface Difference {
  /** Such as `root_block_device.iops`. */
  readonly path: string;
  /** What is at the path without its content; undefined where nothing is. */
  readonly real: string | undefined;
  readonly derived: string | undefined;
}

/** The paths of which two blocks say something else. Below a path that only one has, or has as a block, nothing is compared. */
export function differences(real: CompactBlock, derived: CompactBlock, path = ""): Difference[] {
  const names = new Set([...Object.keys(real), ...Object.keys(derived)]);
  return [...names].flatMap((name) => {
    const [a, b] = [real[name], derived[name]];
    const at = path + name;
    const difference = { path: at, real: headOf(a), derived: headOf(b) };
    const [inner, other] = [contentOf(a), contentOf(b)];
    const isSameKind = Boolean(inner) === Boolean(other) && isBlock(a) === isBlock(b);
    const below = inner && other && isSameKind ? differences(inner, other, `${at}.`) : [];
    return isSame(difference.real, difference.derived) ? below : [difference, ...below];
  });
}

const isBlock = (entry: CompactBlock[string] | undefined): boolean => Array.isArray(entry) && entry[0] === "block";

function headOf(entry: CompactBlock[string] | undefined): string | undefined {
  return typeof entry === "string" ? entry : entry?.slice(0, -1).join(" ");
}

function contentOf(entry: CompactBlock[string] | undefined): CompactBlock | undefined {
  return typeof entry === "string" ? undefined : (entry?.at(-1) as CompactBlock | undefined);
}

/** A field has a type only: the flags that a binding derives for it count as equal. */
function isSame(real: string | undefined, derived: string | undefined): boolean {
  if (real === undefined || derived === undefined || !real.startsWith(field)) return real === derived;
  const typeOf = (text: string) => text.replace(/^(?:field|required|(?:optional|computed|, )+)/, "").trim();
  return typeOf(real) === typeOf(derived);
}

import { arnOf, digest, idOf, numberFrom, referenceOf } from "./identifiers.js";
import { type Attribute, type Block, type CtyType, type Nesting } from "./schema.js";
import { UNKNOWN, Unknown, isObject, type Value, type ValueObject } from "./value.js";

/** What made-up values depend on. */
export interface ValueContext {
  /** The resource or data source type. */
  readonly type: string;
  /** Stands for the object: equal seeds make equal values. */
  readonly seed: string;
  /** The id of the object. */
  readonly id: string;
  /** The region that the provider is configured with. */
  readonly region: string;
  /** Whether it is a data source: its lists then have some entries. */
  readonly dataSource: boolean;
}

/**
 * Whether the emulated cloud gives an unset attribute a value. It does for computed ones, except for optional
 * references (`server_id`): nothing is attached.
 */
export function isFilled(name: string, attribute: Attribute): boolean {
  if (!attribute.computed) return false;
  const isCollection = Array.isArray(attribute.type) || attribute.nested_type !== undefined;
  return name === "id" || !attribute.optional || isCollection || !/_ids?$/.test(name);
}

/** The value with every unset attribute that the cloud gives a value unknown; write-only attributes become null. */
export function withUnknowns(block: Block, value: ValueObject): ValueObject {
  return mapBlock(block, value, (_path, name, attribute, current) =>
    attribute.write_only ? null : current === null && isFilled(name, attribute) ? UNKNOWN : current,
  );
}

/** The value with every unknown replaced by the made-up value of its place. */
export function withComputed(block: Block, value: ValueObject, context: ValueContext): ValueObject {
  return mapBlock(block, value, (path, name, attribute, current) =>
    current instanceof Unknown ? computedAttribute(path, name, attribute, context) : current,
  );
}

type Change = (path: string, name: string, attribute: Attribute, value: Value) => Value;

function mapBlock(block: Block, value: ValueObject, change: Change, path = ""): ValueObject {
  const result: Record<string, Value> = { ...value };
  for (const [name, attribute] of Object.entries(block.attributes ?? {})) {
    const changed = change(`${path}.${name}`, name, attribute, value[name] ?? null);
    result[name] = attribute.nested_type
      ? mapNested(attribute.nested_type, attribute.nested_type.nesting_mode, changed, change, `${path}.${name}`)
      : changed;
  }
  for (const [name, nested] of Object.entries(block.block_types ?? {})) {
    result[name] = mapNested(nested.block, nested.nesting_mode, value[name] ?? null, change, `${path}.${name}`);
  }
  return result;
}

function mapNested(block: Block, mode: Nesting, value: Value, change: Change, path: string): Value {
  if (value === null || value instanceof Unknown) return value;
  const entry = (element: Value, at: string) => (isObject(element) ? mapBlock(block, element, change, at) : element);
  if (Array.isArray(value)) return value.map((element: Value, at) => entry(element, `${path}.${at}`));
  if (mode !== "map") return entry(value, path);
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, entry(element, `${path}.${key}`)]));
}

function computedAttribute(path: string, name: string, attribute: Attribute, context: ValueContext): Value {
  const nested = attribute.nested_type;
  const counts = { empty: attribute.optional === true && !context.dataSource };
  if (!nested) return computedValue(path, name, attribute.type ?? "string", counts, context);
  const object = (at: string): ValueObject =>
    Object.fromEntries(
      Object.entries(nested.attributes).map(([inner, innerAttribute]) => [
        inner,
        computedAttribute(`${at}.${inner}`, inner, innerAttribute, context),
      ]),
    );
  if (nested.nesting_mode === "single" || nested.nesting_mode === "group") return object(path);
  if (nested.nesting_mode === "map") return {};
  return counts.empty ? [] : [object(`${path}.0`)];
}

function computedValue(
  path: string,
  name: string,
  type: CtyType,
  counts: { empty: boolean },
  context: ValueContext,
): Value {
  if (path === ".id" && type === "string") return context.id;
  if (path === ".id" && type === "number") return Number(context.id);
  const hex = digest(context.type, context.seed, path);
  if (type === "bool") return false;
  if (type === "number") return /(^|_)id$/.test(name) ? Number(idOf("hcloud_", hex)) : 1 + numberFrom(hex, 100);
  if (type === "dynamic") return null;
  if (type === "string") return stringFor(name, hex, path, context);
  if (type[0] === "map") return {};
  const element = (inner: CtyType, key: string) =>
    computedValue(`${path}.${key}`, singular(name), inner, counts, context);
  if (type[0] === "object")
    return Object.fromEntries(
      Object.entries(type[1]).map(([key, inner]) => [
        key,
        computedValue(`${path}.${key}`, key, inner, counts, context),
      ]),
    );
  if (type[0] === "tuple") return type[1].map((inner, at) => element(inner, String(at)));
  // Every zone has name servers, also where they are a set.
  const count = /name_servers$/.test(name)
    ? 2
    : lengthOf(type as readonly ["list" | "set", CtyType], counts.empty, context.dataSource);
  return Array.from({ length: count }, (_, at) => element(type[1] as CtyType, String(at)));
}

/** How many entries a computed list or set has: indexing the first few works, as it mostly does in a real cloud. */
function lengthOf([kind, element]: readonly ["list" | "set", CtyType], empty: boolean, dataSource: boolean): number {
  if (empty) return 0;
  if (typeof element !== "string") return 1;
  if (dataSource) return 3;
  return kind === "list" ? 2 : 0;
}

const singular = (name: string): string => name.replace(/s$/, "");
const octet = (hex: string, at: number): number => Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16);
const host = (hex: string): number => 1 + (octet(hex, 3) % 254);
const documentationRanges = ["192.0.2", "198.51.100", "203.0.113"];
const groups = (hex: string, size: number, count: number, separator: string): string =>
  Array.from({ length: count }, (_, at) => hex.slice(at * size, at * size + size)).join(separator);
const index = (path: string): number => Number(/\.(\d+)$/.exec(path)?.[1] ?? 0);

/** What a string attribute holds, by its name; the first pattern that matches decides. */
const stringRules: readonly (readonly [
  RegExp,
  (hex: string, name: string, context: ValueContext, path: string) => string,
])[] = [
  [/^arn$/, (_hex, _name, { type, region, id }) => arnOf(type, region, id)],
  [/_arn$/, (hex, name, { region }) => arnOf(`aws_${name.replace(/_arn$/, "")}`, region, idOf("aws_mock", hex))],
  [
    /^(region|home_location|location)$/,
    (_hex, _name, { type, region }) => (type.startsWith("hcloud_") ? "fsn1" : region),
  ],
  [/^datacenter$/, () => "fsn1-dc14"],
  [/^network_zone$/, () => "eu-central"],
  [/availability_zone$/, (_hex, _name, { region }) => `${region}a`],
  [/mac_?(address)?$/, (hex) => `02:${groups(hex, 2, 5, ":")}`],
  [/ipv6.*(network|cidr|block|range)/, (hex) => `2001:db8:${groups(hex, 4, 2, ":")}::/64`],
  [/ipv6/, (hex) => `2001:db8:${groups(hex, 4, 2, ":")}::1`],
  [/(cidr|cidr_block|ip_range|ip_network|subnetwork)$/, (hex) => `10.${octet(hex, 1)}.${octet(hex, 2)}.0/24`],
  [
    /(^|_)(private|internal|network|local)_?(ip|ipv4)(_address)?$|(^|_)(ip|ipv4)_address_private$|^ip$|gateway$/,
    (hex) => `10.${octet(hex, 1)}.${octet(hex, 2)}.${host(hex)}`,
  ],
  [/(^|_)(ip|ipv4)(_address)?$|^address$/, (hex) => `${documentationRanges[octet(hex, 1) % 3]}.${host(hex)}`],
  [/dns|fqdn|hostname|domain|name_server|^cname$|^assigned$/, (hex) => `${hex.slice(0, 12)}.mock.example`],
  [/(url|uri|endpoint|issuer)$/, (hex) => `https://${hex.slice(0, 12)}.mock.example`],
  [/fingerprint$/, (hex) => groups(hex, 2, 16, ":")],
  [/^(created|creation_date|not_valid_.*|.*_(at|time|date|timestamp))$/, () => "2000-01-01T00:00:00Z"],
  [/^(account_id|owner_id|account|owner)$/, () => "123456789012"],
  [/^(status|state|instance_state)$/, () => "running"],
  [/^zone_id$|_id$|^id$/, (hex, name, { type }) => (name === "id" ? idOf(type, hex) : referenceOf(type, name, hex))],
];

function stringFor(name: string, hex: string, path: string, context: ValueContext): string {
  if (context.type === "aws_availability_zones" && name === "name") return context.region + "abc".charAt(index(path));
  const rule = stringRules.find(([pattern]) => pattern.test(name));
  return rule ? rule[1](hex, name, context, path) : `mock-${hex.slice(0, 12)}`;
}

import { Decoder, Encoder, ExtensionCodec } from "@msgpack/msgpack";
import { exactDecimal, numberOf, type Numeric } from "./number.js";
import { type BlockType, type CtyType } from "./schema.js";

/** A value that only apply will know. It keeps its bytes, so that refinements of the engine round-trip. */
export class Unknown {
  constructor(
    readonly extension: number,
    readonly data: Uint8Array,
  ) {}
}

/** The unknown value without refinements. */
export const UNKNOWN = new Unknown(0, Uint8Array.of(0));

/**
 * A value of the plugin protocol. Numbers that a double does not hold exactly are decimal strings; a value of a dynamic
 * type is `{ type, value }`.
 */
export type Value = null | boolean | number | string | Unknown | readonly Value[] | ValueObject;

/** The value of a block, an object or a map. */
export interface ValueObject {
  readonly [name: string]: Value;
}

/** Whether a value is an object or a map. */
export function isObject(value: unknown): value is ValueObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Unknown);
}

/** Whether a value contains an unknown anywhere. */
export function hasUnknown(value: Value): boolean {
  if (value instanceof Unknown) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}

const extensionCodec = new ExtensionCodec();
for (const type of [0, 12]) {
  extensionCodec.register({
    type,
    encode: (value) => (value instanceof Unknown && value.extension === type ? value.data : null),
    decode: (data) => (type === 0 ? UNKNOWN : new Unknown(type, data.slice())),
  });
}
const decoder = new Decoder({ extensionCodec, useBigInt64: true });
const encoder = new Encoder({ extensionCodec });

/** Decodes the msgpack bytes of the engine as a value of the type. */
export function decode(bytes: Uint8Array, type: CtyType): Value {
  return fromWire(decoder.decode(bytes), type);
}

/** Encodes a value of the type as msgpack bytes. */
export function encode(value: Value, type: CtyType): Uint8Array {
  return encoder.encode(toWire(value, type));
}

function fromWire(value: unknown, type: CtyType): Value {
  if (value === null || value === undefined) return null;
  if (value instanceof Unknown) return value;
  if (type === "number") return numberOf(value as Numeric);
  if (type === "dynamic") return dynamicFromWire(value as [Uint8Array, unknown]);
  if (typeof type === "string") return value as string | boolean;
  if (type[0] === "list" || type[0] === "set") return (value as unknown[]).map((entry) => fromWire(entry, type[1]));
  if (type[0] === "tuple") return (value as unknown[]).map((entry, at) => fromWire(entry, type[1][at] ?? "dynamic"));
  return fields(value as Record<string, unknown>, type, fromWire);
}

function toWire(value: Value | undefined, type: CtyType): unknown {
  if (value === null || value === undefined || value instanceof Unknown) return value ?? null;
  if (type === "number") return typeof value === "number" && !Number.isSafeInteger(value) ? exactDecimal(value) : value;
  if (type === "dynamic") return dynamicToWire(value as ValueObject);
  if (typeof type === "string") return value;
  if (type[0] === "list" || type[0] === "set") return (value as Value[]).map((entry) => toWire(entry, type[1]));
  if (type[0] === "tuple") return (value as Value[]).map((entry, at) => toWire(entry, type[1][at] ?? "dynamic"));
  return fields(value as Record<string, Value>, type, toWire);
}

function fields<In, Out>(
  value: Record<string, In>,
  type: readonly ["map", CtyType] | readonly ["object", Readonly<Record<string, CtyType>>] | CtyType,
  convert: (value: In, type: CtyType) => Out,
): Record<string, Out> {
  if (type[0] === "map") {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, convert(entry, type[1] as CtyType)]));
  }
  const attributes = type[1] as Readonly<Record<string, CtyType>>;
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [name, convert(value[name] as In, attribute)]),
  );
}

function dynamicFromWire([typeJson, value]: [Uint8Array, unknown]): Value {
  const type = JSON.parse(Buffer.from(typeJson).toString()) as CtyType;
  return { type: type as unknown as Value, value: fromWire(value, type) };
}

function dynamicToWire(value: ValueObject): unknown {
  const type = value["type"] as unknown as CtyType;
  return [Buffer.from(JSON.stringify(type)), toWire(value["value"], type)];
}

/** A value that does not have the type of its place. */
export class TypeMismatch extends Error {
  constructor(path: string, value: unknown, type: CtyType) {
    const wanted = typeof type === "string" ? type : type[0];
    super(`${path || "value"}: ${JSON.stringify(value)} is not a ${wanted}`);
    this.name = "TypeMismatch";
  }
}

/**
 * A value that came as JSON, brought to the type: absent attributes are null, absent block collections empty, unknown
 * attributes dropped. Answers the same object when nothing had to change.
 * @throws TypeMismatch with the path of the value that has another type
 */
export function conform(value: unknown, type: CtyType, path = ""): Value {
  if (value === null || value === undefined) {
    return (type as BlockType).emptyWhenAbsent ? (type[0] === "map" ? {} : []) : null;
  }
  if (type === "dynamic") return value as Value;
  if (type === "number") {
    // A number of JSON means its decimal text, not the double nearest to it.
    if (typeof value === "number") return numberOf(String(value));
    if (typeof value === "string" && isDecimal(value)) return numberOf(value);
    throw new TypeMismatch(path, value, type);
  }
  if (typeof type === "string") {
    if (typeof value !== (type === "bool" ? "boolean" : "string")) throw new TypeMismatch(path, value, type);
    return value as Value;
  }
  return type[0] === "list" || type[0] === "set" || type[0] === "tuple"
    ? conformEntries(value, type, path)
    : conformFields(value, type, path);
}

const isDecimal = (text: string): boolean => /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text);

function conformEntries(value: unknown, type: CtyType, path: string): Value {
  if (!Array.isArray(value)) throw new TypeMismatch(path, value, type);
  const entries = value.map((entry, at) => {
    const element = type[0] === "tuple" ? (type[1] as readonly CtyType[])[at] : (type[1] as CtyType);
    return conform(entry, element ?? "dynamic", `${path}[${at}]`);
  });
  return entries.every((entry, at) => entry === value[at]) ? (value as Value) : entries;
}

function conformFields(value: unknown, type: CtyType, path: string): Value {
  if (!isObject(value)) throw new TypeMismatch(path, value, type);
  const at = (name: string) => (path ? `${path}.${name}` : name);
  const result: Record<string, Value> = {};
  if (type[0] === "map") {
    for (const key of Object.keys(value)) result[key] = conform(value[key], type[1] as CtyType, at(key));
  } else {
    const attributes = type[1] as Readonly<Record<string, CtyType>>;
    for (const [name, attribute] of Object.entries(attributes))
      result[name] = conform(value[name], attribute, at(name));
  }
  const names = Object.keys(result);
  const same = names.length === Object.keys(value).length && names.every((name) => result[name] === value[name]);
  return same ? value : result;
}

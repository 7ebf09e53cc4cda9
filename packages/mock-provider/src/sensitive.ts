import { createHash } from "node:crypto";
import { type Attribute, type Block, type Nesting } from "./schema.js";
import { isObject, type Value, type ValueObject } from "./value.js";

/** Names of attributes that hold a secret, for schemas that do not mark them. */
const secretNames = /(^|_)(password|passphrase|secret|secret_string|private_key|private_key_pem|token)$/;

const isSecret = (name: string, attribute: Attribute): boolean =>
  attribute.sensitive === true || secretNames.test(name);
const markOf = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** The values as the file of the cloud may hold them: a secret text is only its hash there, and what is
 * null is left out. */
export function concealed(block: Block, values: ValueObject): ValueObject {
  const concealed = mapSecrets(block, values, markOf);
  return Object.fromEntries(Object.entries(concealed).filter(([, value]) => value !== null));
}

/** The values of the file with the secrets that the state knows put back; a changed one keeps its hash. */
export function revealed(block: Block, values: ValueObject, state: ValueObject): ValueObject {
  const known = new Map<string, string>();
  mapSecrets(block, state, (text) => {
    known.set(markOf(text), text);
    return text;
  });
  return known.size === 0 ? values : mapSecrets(block, values, (text) => known.get(text) ?? text);
}

function mapSecrets(block: Block, values: ValueObject, change: (text: string) => string): ValueObject {
  const result: Record<string, Value> = { ...values };
  for (const [name, attribute] of Object.entries(block.attributes ?? {})) {
    const value = values[name] ?? null;
    const nested = attribute.nested_type;
    if (isSecret(name, attribute)) result[name] = mapTexts(value, change);
    else if (nested) result[name] = mapNested(nested, nested.nesting_mode, value, change);
  }
  for (const [name, nested] of Object.entries(block.block_types ?? {})) {
    result[name] = mapNested(nested.block, nested.nesting_mode, values[name] ?? null, change);
  }
  return result;
}

/** A secret may be a map or a list as well: each text in it is one. */
function mapTexts(value: Value, change: (text: string) => string): Value {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((element: Value) => mapTexts(element, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, mapTexts(element, change)]));
}

function mapNested(block: Block, mode: Nesting, value: Value, change: (text: string) => string): Value {
  const entry = (element: Value): Value => (isObject(element) ? mapSecrets(block, element, change) : element);
  if (Array.isArray(value)) return value.map(entry);
  if (!isObject(value)) return value;
  if (mode !== "map") return entry(value);
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, entry(element)]));
}

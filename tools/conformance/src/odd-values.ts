import * as fc from "fast-check";

/** The parts of JSON Schema that say which values there are. */
interface Json {
  readonly type?: string;
  readonly anyOf?: readonly Json[];
  readonly oneOf?: readonly Json[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Json | boolean;
  readonly items?: Json | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** What stands in each text that the engine would evaluate, were it not literal. */
export const marker = "odd_marker";

const evaluated = [`\${${marker}}`, `%{ if ${marker} }x%{ endif }`, `$\${${marker}}`, `a "\${${marker}}" \\ b`];

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICvYBsl/DgCvGh/DMo+nY6kmlyPI24+sT5OvcdsYbW6Q";

/** Texts that a user may write somewhere: right in one place, and odd in all others. */
const texts = fc.oneof(
  fc.constantFrom(...evaluated),
  fc.constantFrom("web", "db", "a", "main", "http", "https", "small", "debian-12", "80", "443-444", "any", "tcp", key),
  fc.constantFrom("10.0.0.0/16", "10.0.1.0/24", "203.0.113.7/32", "0.0.0.0/0", "203.0.113.7", "::/0", "2001:db8::1"),
  fc.constantFrom("constructor", "toString", "valueOf", "hasOwnProperty", "__proto__", "prototype", "length"),
  fc.constantFrom(
    "",
    " ",
    "\n",
    "\0",
    "\u00e9",
    "\u{1f600}",
    "~",
    "null",
    "010",
    "10.000.000.010",
    "10.0.0.0/08",
    "1e3",
  ),
  fc.constantFrom("acme.example", "www.acme.example", "m\u00fcnchen.example", ".", "@", "*", "xn--", "a".repeat(300)),
  fc.constantFrom("#cloud-config\npackages: [nginx]\n", "#!/bin/sh\n", "#!", "/health", "/a b", "db-f1-micro"),
  fc.string({ maxLength: 12 }),
);

const names = fc.oneof(fc.constantFrom("web", "db", "data", "http", "constructor", "main", "hetzner", "aws"), texts);

/** Values of the types that a JSON Schema wants, whatever more its rules say. */
export function valuesOf(schema: Json, depth = 0): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return fc.oneof(...branches.map((each) => valuesOf(each, depth + 1)));
  switch (schema.type) {
    case "string":
      return texts;
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number":
      return numbersOf(schema);
    case "array":
      return typeof schema.items === "object"
        ? fc.array(valuesOf(schema.items, depth + 1), { maxLength: 3 })
        : fc.array(texts, { maxLength: 2 });
    case "object":
      return mapsOf(schema, depth);
    default:
      return fc.oneof(
        texts,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.dictionary(names, texts, { maxKeys: 2 }),
      );
  }
}

function numbersOf({ minimum = -2, maximum = 1e6, type }: Json): fc.Arbitrary<number> {
  const [least, most] = [Math.max(minimum, -1e9), Math.min(maximum, 1e9)];
  const few = fc.constantFrom(least, Math.min(least + 1, most), Math.min(least + 3, most), most);
  return type === "integer" ? fc.oneof(few, fc.integer({ min: Math.ceil(least), max: Math.floor(most) })) : few;
}

function mapsOf({ properties = {}, required = [], additionalProperties }: Json, depth: number): fc.Arbitrary<object> {
  const known = Object.entries(properties).map(([name, inner]) => {
    const values = valuesOf(inner, depth + 1);
    const rarely = fc.option(values, { nil: undefined, freq: depth > 1 ? 1 : 2 });
    return [name, required.includes(name) ? values : rarely] as const;
  });
  const own = fc.record(Object.fromEntries(known));
  if (typeof additionalProperties !== "object") return own.map(defined);
  const more = fc.dictionary(names, valuesOf(additionalProperties, depth + 1), { maxKeys: 2 });
  return fc.tuple(own, more).map(([some, others]) => ({ ...defined(some), ...others }));
}

function defined(value: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
}

/** A value with one of its parts replaced by another's part at the same path, or with the other's parts added. */
export function grafted(base: unknown, odd: unknown, choice: number): unknown {
  if (!isMap(base) || !isMap(odd)) return odd;
  const keys = Object.keys(odd);
  if (keys.length === 0) return base;
  const at = keys[choice % keys.length] ?? "";
  const target = Object.keys(base).includes(at) ? at : undefined;
  const rest = Math.floor(choice / keys.length);
  const inner = target === undefined ? odd[at] : grafted(base[target], odd[at], rest);
  return Object.fromEntries([...Object.entries(base).filter(([name]) => name !== at), [at, inner]]);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

import type { z } from "zod";
import { nearest, type Problem, suggest } from "./errors.js";
import type { Located } from "./document.js";
import { locatedAt, type Path, placeOf, plain } from "./located.js";
import { SecretReference } from "./secret.js";

/** What checking a value against its schema gives: the parsed value, or everything that is wrong with it. */
export type Checked<T> = { readonly value: T } | { readonly problems: readonly Problem[] };

/** Parses a located value with a schema; problems carry the place of the value that they are about. */
export function check<S extends z.ZodType>(schema: S, located: Located): Checked<z.output<S>> {
  const input = plain(located);
  const result = schema.safeParse(input);
  if (result.success) return { value: result.data };
  const problems = problemsOf(result.error.issues, schema, input).map(({ at, problem, key }) => {
    const target = at && locatedAt(located, at);
    const place = key ? target?.keyPlace : target?.place;
    return { ...problem, ...(at?.length ? { path: at.join(".") } : {}), place: place ?? placeOf(located, at ?? []) };
  });
  return { problems };
}

/** The problems of a value that comes from code, not from a file. */
export function problemsOfValue(schema: z.ZodType, value: unknown): readonly Problem[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  return problemsOf(result.error.issues, schema, value).map(({ at, problem }) => ({
    ...problem,
    path: (at ?? []).join("."),
  }));
}

interface Finding {
  readonly at: Path;
  readonly problem: Problem;
  /** The key is wrong, not its value. */
  readonly key?: boolean;
}

type Issue = z.core.$ZodIssue;

function problemsOf(issues: readonly Issue[], schema: z.ZodType, input: unknown, base: Path = []): Finding[] {
  return issues.flatMap((issue) => {
    const at = [...base, ...issue.path.map((step) => (typeof step === "symbol" ? String(step) : step))];
    const value = valueAt(input, at);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        at: [...at, key],
        key: true,
        problem: unknownKey(key, keysOf(schemaAt(schema, at))),
      }));
    }
    if (issue.code === "invalid_union" && issue.errors.length === 0)
      return [{ at, problem: unknownKind(issue, at, value) }];
    if (issue.code === "invalid_union") return problemsOf(closestBranch(issue.errors, value), schema, input, at);
    if (issue.code === "invalid_key") {
      const [inner] = issue.issues;
      return [
        {
          at,
          key: true,
          problem: inner ? explain(inner, at.at(-1), schema, at) : { message: issue.message, remedy: "Rename the key" },
        },
      ];
    }
    return [{ at, problem: explain(issue, value, schema, at) }];
  });
}

function unknownKey(key: string, known: readonly string[]): Problem {
  const near = nearest(key, known);
  const remedy = near ? `Did you mean ${JSON.stringify(near)}?` : `Known keys here: ${known.join(", ") || "none"}`;
  return { message: `${JSON.stringify(key)} is not a known key`, remedy };
}

/** No branch of a union is for a value such as this one: the key that decides between them says something else. */
function unknownKind(issue: z.core.$ZodIssueInvalidUnion, at: Path, value: unknown): Problem {
  const known = "options" in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
  const message = value === undefined ? "a value is missing" : `${show(value)} is not a known ${String(at.at(-1))}`;
  return { message, remedy: suggest(String(value), known) };
}

/** Of the branches of a union, the one that the value resembles most: its problems lie deepest, and are the fewest. */
function closestBranch(branches: readonly (readonly Issue[])[], value: unknown): readonly Issue[] {
  const depth = (issues: readonly Issue[]) =>
    Math.min(...issues.map((i) => i.path.length + (i.code === "unrecognized_keys" ? 1 : 0)));
  const count = (issues: readonly Issue[]) =>
    issues.reduce((sum, i) => sum + (i.code === "unrecognized_keys" ? i.keys.length : 1), 0);
  const wrongKind = (issues: readonly Issue[]) =>
    issues.some(
      (i) =>
        i.path.length === 0 &&
        ((i.code === "invalid_type" && value !== undefined) ||
          (i.code === "invalid_value" && value instanceof Object) ||
          (i.code === "custom" && i.params?.["wrongKind"] === true)),
    );
  const ranked = [...branches].filter((issues) => issues.length > 0);
  ranked.sort((a, b) => Number(wrongKind(a)) - Number(wrongKind(b)) || depth(b) - depth(a) || count(a) - count(b));
  return ranked[0] ?? [];
}

function explain(issue: Issue, value: unknown, schema: z.ZodType, at: Path): Problem {
  const about = describe(schemaAt(schema, at));
  const remedyOr = (fallback: string) => (about ? `Expected: ${about}` : fallback);
  if (value instanceof SecretReference && issue.code === "invalid_type")
    return {
      message: `${show(value)} is a secret, and this value is not handed over as one`,
      remedy: remedyOr("Write the value itself"),
    };
  switch (issue.code) {
    case "invalid_type":
      if (value === undefined)
        return { message: "a value is missing", remedy: remedyOr(`Add ${article(issue.expected)}`) };
      return {
        message: `${show(value)} is not ${article(issue.expected)}`,
        remedy: remedyOr(`Write ${article(issue.expected)}`),
      };
    case "invalid_value": {
      const known = issue.values.map(String);
      const what = typeof at.at(-1) === "string" ? `a known ${String(at.at(-1))}` : "a known value";
      return { message: `${show(value)} is not ${what}`, remedy: suggest(String(value), known) };
    }
    case "too_small":
      return {
        message: `${show(value)} is too small: at least ${String(issue.minimum)}${unitOf(issue.origin)}`,
        remedy: remedyOr("Raise it"),
      };
    case "too_big":
      return {
        message: `${show(value)} is too big: at most ${String(issue.maximum)}${unitOf(issue.origin)}`,
        remedy: remedyOr("Lower it"),
      };
    case "custom":
      return { message: issue.message, remedy: remedyIn(issue.params) ?? remedyOr("Change it") };
    default:
      return { message: `${show(value)}: ${issue.message}`, remedy: remedyOr("Change it") };
  }
}

function remedyIn(params: Record<string, unknown> | undefined): string | undefined {
  return typeof params?.["remedy"] === "string" ? params["remedy"] : undefined;
}

function unitOf(origin: string): string {
  return { string: " characters", array: " items", set: " items", object: " entries", map: " entries" }[origin] ?? "";
}

const kinds: Record<string, string> = {
  int: "a whole number",
  number: "a number",
  string: "text",
  boolean: "true or false",
  object: "a map",
  record: "a map",
  array: "a list",
};

function article(expected: string): string {
  return kinds[expected] ?? `a value of kind ${expected}`;
}

/** The value as the message shows it: short, on one line. */
export function show(value: unknown): string {
  const text =
    value instanceof SecretReference
      ? value.toString()
      : value instanceof Object && !Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype
        ? `{ output: ${String(value)} }`
        : JSON.stringify(value);
  return text === undefined ? "nothing" : text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) => (value instanceof Object ? (value as Record<string, unknown>)[String(step)] : undefined),
    input,
  );
}

/** The parts of a zod schema's definition that lead from a schema to the ones inside it. */
interface Definition {
  readonly type: string;
  readonly shape?: Record<string, z.ZodType>;
  readonly valueType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly options?: readonly z.ZodType[];
}

function definition(schema: z.ZodType): Definition {
  return schema.def as unknown as Definition;
}

/** The schema of the value at a path, without its wrappers (optional, default). */
function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  const candidates = unwrap(schema);
  const [step, ...rest] = path;
  if (step === undefined) return schema;
  for (const candidate of candidates) {
    const { shape, valueType, element } = definition(candidate);
    const next = shape?.[String(step)] ?? valueType ?? element;
    if (next) return schemaAt(next, rest);
  }
  return undefined;
}

function unwrap(schema: z.ZodType): readonly z.ZodType[] {
  const { innerType, options, in: input } = definition(schema);
  if (innerType ?? input) return unwrap((innerType ?? input) as z.ZodType);
  return options ? options.flatMap(unwrap) : [schema];
}

function keysOf(schema: z.ZodType | undefined): readonly string[] {
  return schema ? unwrap(schema).flatMap((each) => Object.keys(definition(each).shape ?? {})) : [];
}

/** The description of a schema, or of the nearest one inside its wrappers. */
function describe(schema: z.ZodType | undefined): string | undefined {
  if (!schema) return undefined;
  const inner = definition(schema).innerType;
  return schema.description ?? (inner && describe(inner));
}

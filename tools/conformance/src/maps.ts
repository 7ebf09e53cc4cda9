import { isDeepStrictEqual } from "node:util";

/** The parts of JSON Schema that lead to maps. */
interface Json {
  readonly anyOf?: readonly Json[];
  readonly properties?: Readonly<Record<string, Json>>;
  readonly additionalProperties?: Json | boolean;
  readonly items?: Json;
}

/** The paths of all maps that a JSON Schema describes, with a star for each key: `groups.*.volumes`. */
export function mapsOf({ anyOf = [], properties = {}, additionalProperties, items }: Json, path = ""): string[] {
  const isMap = typeof additionalProperties === "object";
  const at = (key: string) => (path ? `${path}.${key}` : key);
  return [
    ...(isMap ? [path, ...mapsOf(additionalProperties, at("*"))] : []),
    ...Object.entries(properties).flatMap(([key, inner]) => mapsOf(inner, at(key))),
    ...anyOf.flatMap((branch) => mapsOf(branch, path)),
    ...(items ? mapsOf(items, at("*")) : []),
  ];
}

/** What matches the paths that a path with stars means. */
export function globOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(".", "\\.").replaceAll("*", "[^.]+")}$`);
}

/** How many entries of lists and maps a value has more than before; infinite when something else changed. */
export function countAdded(before: unknown, after: unknown): number {
  if (isDeepStrictEqual(before, after)) return 0;
  if (Array.isArray(before) && Array.isArray(after)) return countAddedToList(before, after);
  if (!isMap(before) || !isMap(after)) return Infinity;
  const added = Object.keys(after).filter((key) => !(key in before)).length;
  const counts = Object.entries(before).map(([key, value]) =>
    key in after ? countAdded(value, after[key]) : Infinity,
  );
  return counts.reduce((sum, count) => sum + count, added);
}

/** Entries that are as they were count nothing, wherever they stand; of the others, those that were there may have grown. */
function countAddedToList(before: readonly unknown[], after: readonly unknown[]): number {
  const rest = [...after];
  const changed = before.filter((entry) => {
    const at = rest.findIndex((other) => isDeepStrictEqual(entry, other));
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
  if (changed.length > rest.length) return Infinity;
  return changed.reduce<number>((sum, entry, at) => sum + countAdded(entry, rest[at]), rest.length - changed.length);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

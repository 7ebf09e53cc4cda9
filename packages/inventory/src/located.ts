import type { Place } from "./errors.js";
import type { Located } from "./document.js";

/** Steps from the top of a configuration to a value in it. */
export type Path = readonly (string | number)[];

/**
 * Merges maps deeply; a later value replaces an earlier one, lists and plain values as a whole. Every value keeps the
 * place that it was read from.
 */
export function mergeLocated(earlier: Located | undefined, later: Located): Located {
  if (!earlier?.entries || !later.entries) return later;
  const entries = new Map(earlier.entries);
  for (const [key, value] of later.entries) entries.set(key, mergeLocated(entries.get(key), value));
  return { ...later, entries };
}

/** The value at a path, or undefined where the path leads nowhere. */
export function locatedAt(located: Located | undefined, path: Path): Located | undefined {
  let current = located;
  for (const step of path) current = current?.entries?.get(String(step)) ?? current?.items?.[Number(step)];
  return current;
}

/** The place of a path, or of the nearest ancestor that was written down. */
export function placeOf(located: Located, path: Path): Place {
  let current = located;
  let place = located.place;
  for (const step of path) {
    const next = current.entries?.get(String(step)) ?? current.items?.[Number(step)];
    if (!next) return place;
    current = next;
    place = next.keyPlace ?? next.place;
  }
  return place;
}

/** The value without its places: plain maps, lists and scalars; references stay objects. */
export function plain(located: Located): unknown {
  if (located.entries) return Object.fromEntries([...located.entries].map(([key, entry]) => [key, plain(entry)]));
  return located.items ? located.items.map(plain) : located.value;
}

/** Every value below this one, with its own first. */
export function* walkLocated(located: Located): Generator<Located> {
  yield located;
  for (const entry of located.entries?.values() ?? []) yield* walkLocated(entry);
  for (const item of located.items ?? []) yield* walkLocated(item);
}

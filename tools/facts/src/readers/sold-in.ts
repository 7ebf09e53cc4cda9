import type { LiveSize } from "../compare.js";

/**
 * Where a kind is sold and where it can be ordered, as the table says it: nothing where that is everywhere.
 *
 * @param all The regions of the cloud.
 */
export function soldIn(
  all: readonly string[],
  sold: readonly string[],
  orderable: readonly string[] = sold,
): Pick<LiveSize, "regions" | "orderable"> {
  const [regions, open] = [sold, orderable].map((names) => all.filter((name) => names.includes(name)).sort());
  return {
    ...(regions?.length === all.length ? {} : { regions }),
    ...(open?.length === regions?.length ? {} : { orderable: open }),
  };
}

/** The rows of a list by their name, in the order of the list. */
export function byName<R extends { readonly name: string }>(rows: readonly R[]): Map<string, R[]> {
  const found = new Map<string, R[]>();
  for (const row of rows) {
    const same = found.get(row.name);
    if (same) same.push(row);
    else found.set(row.name, [row]);
  }
  return found;
}

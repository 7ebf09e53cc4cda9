/** How many deployments are looked at at once. */
const SIZE = 16;

/** Does something for several, a few at a time. @returns what came of each, in their order */
export async function inBatches<T, R>(items: readonly T[], action: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += SIZE)
    results.push(...(await Promise.all(items.slice(start, start + SIZE).map(action))));
  return results;
}

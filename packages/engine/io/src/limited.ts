import pLimit from "p-limit";

/** Runs actions, at most so many at once; the others wait in their order. */
export function limited(most: number): <T>(action: () => Promise<T>) => Promise<T> {
  return pLimit(most);
}

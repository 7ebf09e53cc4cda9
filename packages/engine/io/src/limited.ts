/** Runs actions, at most so many at once; the others wait in their order. */
export function limited(most: number): <T>(action: () => Promise<T>) => Promise<T> {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (action) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await action();
    } finally {
      // A place goes straight to who waits for it, so that nobody else takes it meanwhile.
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

import { setTimeout as sleep } from "node:timers/promises";
import { PlatformError } from "./errors.js";

/** Milliseconds before what may have been made is looked for, and made again where it is not there. */
const pauses = [500, 2_000, 5_000];

/**
 * Makes something that there must be once. When it is not known whether it was made, since the answer was lost, it is looked for
 * before it is made again.
 *
 * @returns what was found or made
 */
export async function createOnce<T>(
  find: () => Promise<T | undefined>,
  create: () => Promise<T>,
): Promise<{ readonly found: T; readonly created: boolean }> {
  let attempted = false;
  for (const pause of [...pauses, undefined]) {
    const found = await find();
    if (found !== undefined) return { found, created: attempted };
    try {
      return { found: await create(), created: true };
    } catch (error) {
      if (!(error instanceof PlatformError) || !error.uncertain || pause === undefined) throw error;
      attempted = true;
      await sleep(pause);
    }
  }
  throw new Error("the last attempt returns or throws");
}

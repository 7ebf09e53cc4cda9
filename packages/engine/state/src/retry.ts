import { setTimeout as sleep } from "node:timers/promises";

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 3_000;

/** How long {@link retried} goes on. */
export interface RetryOptions {
  /** Milliseconds after which no new attempt begins. */
  readonly patienceMs: number;
  /** Whether a failure may pass by itself. */
  readonly passes: (error: unknown) => boolean;
}

/**
 * Does something until it succeeds, with waits that double, in part at random. What is done must bear repetition: an attempt
 * whose answer was lost may have gone through.
 */
export async function retried<T>(
  action: (attempt: number) => Promise<T>,
  { patienceMs, passes }: RetryOptions,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action(attempt);
    } catch (error) {
      const wait = Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS) * (0.5 + Math.random() / 2);
      if (!passes(error) || performance.now() + wait > deadline) throw error;
      await sleep(wait);
    }
  }
}

import { setTimeout as sleep } from "node:timers/promises";

/** How long {@link retried} goes on. */
export interface RetryOptions<T> {
  /** Milliseconds after which no new attempt begins. */
  readonly patienceMs: number;
  /** How many attempts are made at most. @default - only the time ends them */
  readonly attempts?: number;
  /** Milliseconds before the second attempt; the pause doubles each time, and a part of it is random. @default 100 */
  readonly firstPauseMs?: number;
  /** The longest pause, in milliseconds. @default 3000 */
  readonly longestPauseMs?: number;
  /** Whether a failure may pass by itself. */
  readonly passes: (error: unknown) => boolean;
  /**
   * Whether a result is to be had again: true, or the least pause in milliseconds that a server asks for. The last one is returned all the
   * same. @default - every result is final
   */
  readonly isTransient?: (result: T) => boolean | number;
  /** Called before each pause, with its milliseconds. @default - nothing is called */
  readonly onPause?: (pauseMs: number) => void;
}

/**
 * Does something until it succeeds, with pauses that double, in part at random. What is done must bear repetition: an attempt whose answer
 * was lost may have gone through.
 */
export async function retried<T>(action: (attempt: number) => Promise<T>, options: RetryOptions<T>): Promise<T> {
  const { patienceMs, attempts = Infinity, firstPauseMs = 100, longestPauseMs = 3_000 } = options;
  const deadline = performance.now() + patienceMs;
  for (let attempt = 1; ; attempt += 1) {
    const own = Math.min(firstPauseMs * 2 ** (attempt - 1), longestPauseMs) * (0.5 + Math.random() / 2);
    const isLast = (pause: number) => attempt >= attempts || performance.now() + pause > deadline;
    let pause = own;
    try {
      const result = await action(attempt);
      const again = options.isTransient?.(result) ?? false;
      pause = Math.max(own, Number(again));
      if (again === false || isLast(pause)) return result;
    } catch (error) {
      if (!options.passes(error) || isLast(pause)) throw error;
    }
    options.onPause?.(pause);
    await sleep(pause);
  }
}

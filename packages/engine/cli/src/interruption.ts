import type { Progress } from "./progress.js";

/** How long a second interruption lets the engines go on, and then how long locks may take to be released, in milliseconds. */
const PATIENCE_MS = 5_000;

/** What interruptions tell a run. */
export interface Interruption {
  /** Aborted by the first one. */
  readonly signal: AbortSignal;
  /** Aborted some time after the second one. */
  readonly abandon: AbortSignal;
}

/**
 * The first Ctrl-C (or SIGTERM, or SIGHUP of a terminal that is closed) lets the engines end cleanly, however long that takes. A second one waits for them a little, then
 * only until the states that they wrote are recorded and the locks are released. A third one ends this process at once.
 */
export function interruption(progress: Pick<Progress, "say" | "stop">): Interruption {
  const [ending, abandoning] = [new AbortController(), new AbortController()];
  const exit = () => {
    progress.stop();
    process.exit(130);
  };
  const steps = [
    () => {
      progress.say("\ninterrupted: the engines save their states and end; once more waits for them 5 seconds");
      ending.abort();
    },
    () => {
      progress.say("\ninterrupted again: locks are released within seconds; once more ends at once, and leaves them");
      process.once("exit", () => {
        process.exitCode = 130;
      });
      setTimeout(() => abandoning.abort(), PATIENCE_MS).unref();
      setTimeout(exit, 2 * PATIENCE_MS).unref();
    },
  ];
  const interrupt = () => (steps.shift() ?? exit)();
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt).on("SIGHUP", interrupt);
  return { signal: ending.signal, abandon: abandoning.signal };
}

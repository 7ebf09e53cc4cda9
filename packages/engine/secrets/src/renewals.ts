/** Keeps something that runs out alive until it is stopped: renewed when two thirds of its time are over. */
export class Renewals {
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly failures: string[] = [];

  /**
   * @param what For the report when it can't be renewed.
   * @param seconds Until it runs out; 0: it does not.
   * @param renew Renews it. @returns seconds until it runs out then
   */
  keep(what: string, seconds: number, renew: () => Promise<number>): void {
    if (seconds <= 0) return;
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        renew().then(
          (next) => this.keep(what, next, renew),
          (error: unknown) => {
            this.failures.push(
              `${what} could not be renewed: ${error instanceof Error ? error.message : String(error)}`,
            );
          },
        );
      },
      // A timer takes at most 2³¹ − 1 ms.
      Math.min((seconds * 2_000) / 3, 2_147_483_647),
    ).unref();
    this.timers.add(timer);
  }

  /** @returns what could not be renewed */
  stop(): readonly string[] {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    return this.failures;
  }
}

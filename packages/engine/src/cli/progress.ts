/** A line that says what is being worked on: one that changes on a terminal; nothing elsewhere, where the summary is enough. */
export class Progress {
  private readonly running = new Map<string, number>();
  private done = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly verb: string,
    private readonly stream: NodeJS.WriteStream,
  ) {
    if (stream.isTTY)
      this.timer = setInterval(() => {
        this.draw();
      }, 100).unref();
  }

  start(id: string): void {
    this.running.set(id, performance.now());
  }

  end(id: string): void {
    this.running.delete(id);
    this.done += 1;
  }

  /** Hides the line while something else is on the terminal. */
  async pause<T>(action: () => Promise<T>): Promise<T> {
    const { timer } = this;
    this.stop();
    try {
      return await action();
    } finally {
      if (timer)
        this.timer = setInterval(() => {
          this.draw();
        }, 100).unref();
    }
  }

  stop(): void {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.stream.write("\r\u001b[K");
  }

  private draw(): void {
    const now = performance.now();
    const current = [...this.running].map(([id, since]) => `${id} ${((now - since) / 1000).toFixed(0)}s`).join(", ");
    const text = `${this.verb}: ${String(this.done)} done${current ? `; ${current}` : ""}`;
    this.stream.write(`\r\u001b[K${text.slice(0, (this.stream.columns || 80) - 1)}`);
  }
}

/** Characters that may still be used. */
export class Budget {
  constructor(private available: number) {}

  get left(): number {
    return this.available;
  }

  /** Uses characters for a text and its line break. @returns whether they were there */
  take(text: string): boolean {
    if (text.length + 1 > this.available) return false;
    this.available -= text.length + 1;
    return true;
  }

  /** Gives the characters of a text back, when something else is to take its place. */
  giveBack(text: string): void {
    this.available += text.length + 1;
  }
}

/** A value of a plan, which may be known only after the apply, as a whole or in parts. */
export class Value {
  /**
   * @param raw What the plan holds.
   * @param unknown What the plan says of what it does not know: `true`, or the same shape with `true` in places.
   */
  constructor(
    private readonly raw: unknown,
    private readonly unknown: unknown = undefined,
  ) {}

  /** Is it known only after the apply? */
  get isUnknown(): boolean {
    return this.unknown === true;
  }

  /** Is it not set? */
  get isMissing(): boolean {
    return !this.isUnknown && (this.raw === null || this.raw === undefined || this.raw === "");
  }

  /** Is it unknown, or is an item of the list? */
  get hasUnknown(): boolean {
    return this.isUnknown || (Array.isArray(this.unknown) && this.unknown.includes(true));
  }

  /** An attribute; missing where there is none. */
  at(key: string): Value {
    return this.isUnknown ? this : new Value(entry(this.raw, key), entry(this.unknown, key));
  }

  /** The first block of a name; missing where there is none. */
  block(key: string): Value {
    const value = this.at(key);
    return value.isUnknown ? value : (value.items()[0] ?? new Value(undefined));
  }

  /** The items of a list or the blocks of a name; none where it is missing or unknown. */
  items(): Value[] {
    if (!Array.isArray(this.raw)) return this.isMissing || this.isUnknown ? [] : [this];
    return this.raw.map((item, index) => new Value(item, entry(this.unknown, String(index))));
  }

  /** The text of text, numbers and switches. @returns `undefined` for what is missing, unknown or none of these */
  text(): string | undefined {
    return ["string", "number", "boolean"].includes(typeof this.raw) && this.raw !== "" ? String(this.raw) : undefined;
  }

  /** The texts of a list; what is unknown is left out. */
  texts(): string[] {
    return this.items().flatMap((item) => item.text() ?? []);
  }

  /** Is it this text, number or switch? */
  is(expected: string | number | boolean): boolean {
    return this.text() === String(expected);
  }
}

function entry(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** Hides secret values in everything that is printed or recorded, in each form that they may take in a text. */
export class Mask {
  private readonly known = new Set<string>();
  /** The longest first: one value may be part of another. */
  private forms: readonly string[] = [];

  /** @param secrets Values to hide; ones shorter than four characters would hide ordinary text and are left out. */
  constructor(secrets: readonly string[]) {
    this.add(secrets);
  }

  /** Hides more values from now on. */
  add(secrets: readonly string[]): void {
    const found = secrets.flatMap((secret) => [secret, ...linesOf(secret)]);
    const fresh = found.filter((secret) => secret.length >= shortest && !this.known.has(secret));
    if (fresh.length === 0) return;
    for (const secret of fresh) this.known.add(secret);
    this.forms = [...new Set([...this.forms, ...fresh.flatMap(formsOf)])].sort((a, b) => b.length - a.length);
  }

  /** The text with every secret replaced by `***`. */
  text(text: string): string {
    return this.forms.reduce((masked, form) => masked.replaceAll(form, "***"), text);
  }

  /** A value of plain data with every secret in its texts replaced. */
  value<T>(value: T): T {
    return this.forms.length === 0 ? value : (this.masked(value) as T);
  }

  private masked(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return value.map((each) => this.masked(each));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [this.text(key), this.masked(each)]));
  }
}

/** Shorter values would hide ordinary text. */
export const shortest = 4;

/** A text of several lines is also shown line by line: keys, certificates, files. */
function linesOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  return lines.length > 1 ? lines.filter((line) => line.length >= 8) : [];
}

/** Does a text hold a secret, in one of the forms that it may take there? */
export function holds(text: string, secret: string): boolean {
  return formsOf(secret).some((form) => text.includes(form));
}

function formsOf(secret: string): string[] {
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams({ "": secret }).toString().slice(1),
    ...base64Forms(secret),
  ];
}

/** Base64 of the value at each of the three offsets that it can have inside a longer encoded text, in both alphabets. */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
    const [start, end] = [Math.ceil((offset * 4) / 3), Math.floor((shifted.length * 4) / 3)];
    // The last letter is shared with what follows, unless the value ends with a group.
    return [shifted.toString("base64"), shifted.toString("base64url")].map((text) => text.slice(start, end));
  });
}

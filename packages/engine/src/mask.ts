/** Hides secret values in everything that is printed or recorded, in each form that they may take in a text. */
export class Mask {
  private readonly forms: readonly string[];

  /** @param secrets Values to hide; ones shorter than four characters would hide ordinary text and are left out. */
  constructor(secrets: readonly string[]) {
    const long = secrets.filter((secret) => secret.length >= 4);
    const forms = long.flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      ...base64Forms(secret),
    ]);
    this.forms = [...new Set(forms)].sort((a, b) => b.length - a.length);
  }

  /** The text with every secret replaced by `***`. */
  text(text: string): string {
    return this.forms.reduce((masked, form) => masked.replaceAll(form, "***"), text);
  }

  /** A value of plain data with every secret in it replaced. */
  value<T>(value: T): T {
    return this.forms.length === 0 ? value : (JSON.parse(this.text(JSON.stringify(value))) as T);
  }
}

/** Base64 of the value at each of the three offsets that it can have inside a longer encoded text. */
function base64Forms(secret: string): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)])
      .toString("base64")
      .replace(/=+$/, "");
    const start = Math.ceil((offset * 4) / 3);
    return encoded.slice(start, offset + (Buffer.byteLength(secret) % 3) === 0 ? undefined : -1);
  });
}

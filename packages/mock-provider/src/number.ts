/** What msgpack or JSON has for a number of Terraform. */
export type Numeric = number | bigint | string;

/**
 * The number in its canonical form: a JavaScript number when that number's own decimal text is the exact value, else
 * the exact decimal text.
 */
export function numberOf(value: Numeric): number | string {
  if (typeof value === "number") {
    if (Number.isSafeInteger(value) || !Number.isFinite(value)) return value + 0;
    const exact = exactDecimalOfDouble(value);
    return exact === plainDecimal(String(value)) ? value : exact;
  }
  const text = plainDecimal(String(value));
  const number = Number(text);
  return Number.isFinite(number) && plainDecimal(String(number)) === text ? number : text;
}

/** The decimal text of a canonical number. */
export function exactDecimal(value: number): string {
  return plainDecimal(String(value));
}

/** The text without exponent, trailing zeros or a negative zero: equal numbers have equal texts. */
export function plainDecimal(text: string): string {
  const match = /^(-?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) return text;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const point = whole.length + Number(exponent);
  const digits = (whole + fraction).padEnd(point, "0");
  const left = point > 0 ? digits.slice(0, point) : "";
  const right = point >= 0 ? digits.slice(point) : "0".repeat(-point) + digits;
  const integer = left.replace(/^0+(?=.)/, "") || "0";
  const decimals = right.replace(/0+$/, "");
  if (integer === "0" && decimals === "") return "0";
  return sign + integer + (decimals && `.${decimals}`);
}

function exactDecimalOfDouble(value: number): string {
  let scaled = value;
  let shift = 0;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    shift += 1;
  }
  const digits = BigInt(scaled) * 5n ** BigInt(shift);
  return plainDecimal(`${digits}e-${shift}`);
}

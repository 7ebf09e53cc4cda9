import fc from "fast-check";

/** Inputs per parser: few, and many in the long form of the tests. */
export const fuzzRuns = Number(process.env["INFRA_FUZZ_RUNS"] ?? 150);

/** A value that stands where secrets stand, and is in no message. */
export const canary = "canary-of-outside-data";

const tokens = ["null", "-1", "0", "1e999", "9007199254740993", "true", "[]", "{}", '"__proto__"', '"constructor"', ""];
const odd = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(null, -1, 1e21, 0.5, "", [], {}, "constructor", "__proto__", "a".repeat(5_000), canary),
);

/** Anything at all. */
export const anything: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: "binary", maxLength: 200 }).map((text) => Buffer.from(text)),
  odd.map((value) => Buffer.from(JSON.stringify(value))),
);

/** What is nearly one of these texts: cut off, with bits turned, parts of it replaced or repeated, or other values in its JSON. */
export function near(...texts: readonly string[]): fc.Arbitrary<Buffer> {
  const text = fc.constantFrom(...texts);
  const where = fc.double({ min: 0, max: 1, noNaN: true });
  const at = (bytes: { length: number }, share: number) => Math.floor(share * bytes.length);
  const cut = fc.tuple(text, where).map(([each, share]) => Buffer.from(each).subarray(0, at(each, share)));
  const turned = fc.tuple(text, where, fc.nat(7)).map(([each, share, bit]) => {
    const bytes = Buffer.from(each);
    const position = Math.min(at(bytes, share), bytes.length - 1);
    return bytes.fill((bytes[position] ?? 0) ^ (1 << bit), position, position + 1);
  });
  const spliced = fc
    .tuple(text, where, fc.nat(20), fc.oneof(fc.constantFrom(...tokens), fc.string({ unit: "binary", maxLength: 30 })))
    .map(([each, share, length, part]) => {
      const start = at(each, share);
      return Buffer.from(each.slice(0, start) + part + each.slice(start + length));
    });
  const repeated = fc.tuple(text, where, where).map(([each, a, b]) => {
    const [start, end] = [a, b].map((share) => at(each, share)).sort((x, y) => x - y);
    return Buffer.from(each.slice(0, end) + each.slice(start));
  });
  const changed = fc
    .tuple(text, where, odd)
    .map(([each, share, value]) => Buffer.from(withOther(each, share, value) ?? each));
  return fc.oneof(
    anything,
    text.map((each) => Buffer.from(each)),
    cut,
    turned,
    spliced,
    repeated,
    changed,
    changed,
  );
}

/** JSON with another value in one place; or without it. @returns undefined when the text is no JSON */
function withOther(text: string, share: number, value: unknown): string | undefined {
  let whole: unknown;
  try {
    whole = JSON.parse(text);
  } catch {
    return undefined;
  }
  const places: { of: Record<string, unknown>; key: string }[] = [];
  const collect = (each: unknown): void => {
    if (typeof each !== "object" || each === null) return;
    for (const key of Object.keys(each)) {
      places.push({ of: each as Record<string, unknown>, key });
      collect((each as Record<string, unknown>)[key]);
    }
  };
  collect(whole);
  const place = places[Math.min(Math.floor(share * places.length), places.length - 1)];
  if (!place) return JSON.stringify(value);
  if (value === null && share < 0.5) Reflect.deleteProperty(place.of, place.key);
  else place.of[place.key] = value;
  return JSON.stringify(whole);
}

/** A JSON object with each of its values, at any depth, replaced by each of what a program may print in its place. */
export function withEachReplaced(text: string): string[] {
  const found: string[] = [];
  const visit = (value: unknown, whole: (replacement: unknown) => unknown): void => {
    for (const other of [null, 7, "text", [], {}, [null]]) found.push(JSON.stringify(whole(other)));
    if (typeof value !== "object" || value === null) return;
    for (const [key, each] of Object.entries(value))
      visit(each, (replacement) =>
        whole(
          Array.isArray(value)
            ? value.map((item: unknown, at) => (String(at) === key ? replacement : item))
            : { ...value, [key]: replacement },
        ),
      );
  };
  visit(JSON.parse(text), (replacement) => replacement);
  return found;
}

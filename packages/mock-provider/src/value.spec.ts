import { decode as decodeRaw } from "@msgpack/msgpack";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { numberOf } from "./number.js";
import { type CtyType } from "./schema.js";
import { UNKNOWN, Unknown, conform, decode, encode, hasUnknown, type Value } from "./value.js";

const primitive: fc.Arbitrary<readonly [CtyType, fc.Arbitrary<Value>]> = fc.constantFrom(
  ["string", fc.string({ unit: "binary" }) as fc.Arbitrary<Value>] as const,
  ["bool", fc.boolean() as fc.Arbitrary<Value>] as const,
  [
    "number",
    fc
      .oneof(
        fc.integer(),
        fc.maxSafeInteger(),
        fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
      )
      .map((value) => numberOf(value)) as fc.Arbitrary<Value>,
  ] as const,
);

const { typed } = fc.letrec<{ typed: readonly [CtyType, fc.Arbitrary<Value>] }>((tie) => ({
  typed: fc.oneof(
    { maxDepth: 3 },
    primitive,
    tie("typed").chain(([type, value]) =>
      fc.constantFrom<readonly [CtyType, fc.Arbitrary<Value>]>(
        [["list", type], fc.array(withGaps(value), { maxLength: 3 })],
        [["set", type], fc.array(withGaps(value), { maxLength: 3 })],
        [
          ["map", type],
          fc.dictionary(fc.stringMatching(/^[a-z]+$/), withGaps(value), { maxKeys: 3, noNullPrototype: true }),
        ],
        [
          ["object", { a: type, b: "string" }],
          fc.record({ a: withGaps(value), b: withGaps(fc.string()) }, { noNullPrototype: true }),
        ],
      ),
    ),
  ),
}));

function withGaps(value: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  const refined = new Unknown(12, Uint8Array.of(0x81, 1, 0xc2));
  return fc.oneof({ weight: 6, arbitrary: value }, fc.constantFrom<Value[]>(null, UNKNOWN, refined));
}

const valueOfType = typed.chain(([type, value]) => withGaps(value).map((made) => ({ type, value: made })));

describe("the msgpack codec", () => {
  test("gives back every value of every type", () => {
    fc.assert(
      fc.property(valueOfType, ({ type, value }) => {
        expect(decode(encode(value, type), type)).toEqual(value);
      }),
    );
  });

  test("gives back what the file of the cloud holds, by way of JSON", () => {
    fc.assert(
      fc.property(valueOfType, ({ type, value }) => {
        fc.pre(!hasUnknown(value));
        expect(conform(JSON.parse(JSON.stringify(value)), type)).toEqual(value);
      }),
    );
  });

  test("writes an unknown as extension type 0", () => {
    expect([...encode(UNKNOWN, "string")]).toEqual([0xd4, 0, 0]);
  });

  test.each([
    [0.1, "0.1"],
    [9007199254740993n, "9007199254740993"],
    [1e300, `1${"0".repeat(300)}`],
    [42, 42],
  ])("writes the number %s exactly", (number, wire) => {
    const sent = decodeRaw(encode(numberOf(typeof number === "number" ? String(number) : number), "number"));
    expect(sent).toEqual(wire);
  });

  test("takes a fraction of JSON for what its text says", () => {
    expect(conform(JSON.parse("0.6"), "number")).toBe(0.6);
  });

  test("keeps null apart from an empty collection", () => {
    const type: CtyType = ["list", "string"];
    expect(decode(encode([], type), type)).toEqual([]);
    expect(decode(encode(null, type), type)).toBeNull();
  });

  test("keeps the type of a dynamic value", () => {
    const value = { type: ["list", "number"] as unknown as Value, value: [1, "0.30000000000000000001"] };
    expect(decode(encode(value, "dynamic"), "dynamic")).toEqual(value);
  });
});

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Mask } from "./mask.js";

const secret = 'pa"ss wört/+&=';
const mask = new Mask([secret, "abc", ""]);

describe("Mask", () => {
  it("hides a secret as it is, inside JSON, and in URLs and forms", () => {
    const texts = [
      secret,
      JSON.stringify({ a: secret }),
      encodeURIComponent(secret),
      new URLSearchParams({ a: secret }).toString(),
    ];
    expect(texts.map((text) => mask.text(text))).toEqual(["***", '{"a":"***"}', "***", "a=***"]);
  });

  it("hides a secret in base64 at every offset, to its last letter", () => {
    for (const encoding of ["base64", "base64url"] as const) {
      fc.assert(
        fc.property(fc.string({ minLength: 4, maxLength: 40 }), fc.string(), fc.string(), (value, before, after) => {
          const encoded = Buffer.from(before + value + after).toString(encoding);
          const masked = new Mask([value]).text(encoded);
          // Letters on the border also hold bits of what is around the value.
          const inner = Math.floor((Buffer.byteLength(value) * 4) / 3) - 2;
          expect(masked.replace("***", "").length).toBeLessThanOrEqual(encoded.length - inner);
        }),
      );
    }
  });

  it("leaves secrets alone that are too short to tell from ordinary text", () => {
    expect(mask.text("abc of things")).toBe("abc of things");
  });

  it("hides secrets in the texts and keys of data, and leaves its shape and other values alone", () => {
    const data = { n: 1234, yes: true, none: null, list: [`x ${secret}`, 1], [secret]: { deep: "fine" } };
    expect(mask.value(data)).toEqual({ n: 1234, yes: true, none: null, list: ["x ***", 1], "***": { deep: "fine" } });
  });

  it("does not break data when a secret looks like data", () => {
    expect(new Mask(["1234", "true", "null", '":"'])!.value({ a: 1234, b: true, c: null, d: "true" })).toEqual({
      a: 1234,
      b: true,
      c: null,
      d: "***",
    });
  });
});

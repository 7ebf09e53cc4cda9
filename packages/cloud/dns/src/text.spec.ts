import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quotedText, quotedValue, splitText } from "./text.js";

const text = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 4096,
});

/** Reads the notation of zone files as a name server does. */
function read(quoted: string): string[] {
  return [...quoted.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, part = ""]) => part.replaceAll(/\\(.)/g, "$1"));
}

describe("a text", () => {
  it("is split into strings of 255 bytes at most that make it up again", () => {
    fc.assert(
      fc.property(text, (each) => {
        const parts = splitText(each);
        expect(parts.join("")).toBe(each);
        for (const part of parts) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(255);
        expect(parts.length).toBe(Math.max(1, Math.ceil(each.length / 255)));
      }),
    );
  });

  it("is read by a name server as it was written", () => {
    fc.assert(
      fc.property(text, (each) => {
        expect(read(quotedText(each))).toEqual(splitText(each));
      }),
    );
  });

  it("stands for itself where the engine reads templates", () => {
    expect(quotedValue("v=spf1 exists:%%{i}._spf.acme.example")).toBe('"v=spf1 exists:%%{i}._spf.acme.example"');
  });

  it("is split between the signs of a template without one being evaluated or doubled", () => {
    expect(quotedValue(`${"a".repeat(254)}%%{i}`)).toBe(`"${"a".repeat(254)}%" "{i}"`);
  });
});

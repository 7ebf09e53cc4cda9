import { expect, it } from "vitest";
import { invisibleEnd } from "./invisible.js";

it.each([
  ["token\r", "U+000D"],
  ["token\n", "U+000A"],
  ["token ", "U+0020"],
  [" token", "U+0020"],
  ["\ufefftoken", "U+FEFF"],
  ["token\u200b", "U+200B"],
  ["token\u00a0", "U+00A0"],
  ["token\0", "U+0000"],
  ["\r", "U+000D"],
])("finds the invisible end of %j", (text, code) => {
  expect(invisibleEnd(text)).toBe(code);
});

it("finds none in the middle, nor in an empty text", () => {
  for (const text of ["", "a b", "a\tb", "paßwörter"]) expect(invisibleEnd(text)).toBeUndefined();
});

it("leaves the line ends of a key of several lines", () => {
  const pem = "-----BEGIN-----\r\nabc\r\n-----END-----\r\n";
  expect(invisibleEnd(pem, true)).toBeUndefined();
  expect(invisibleEnd("token\r", true)).toBe("U+000D");
  expect(invisibleEnd("token\r\n", true)).toBe("U+000A");
});

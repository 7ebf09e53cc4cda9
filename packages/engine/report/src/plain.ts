import { stripVTControlCharacters } from "node:util";

/**
 * A text from outside that may stand anywhere as text: without terminal sequences; what can't be seen, or turns the direction of writing,
 * is written out as `\u202e`. Line breaks and tabs stay.
 */
export function plain(text: string): string {
  if (/^[ -~\n]*$/.test(text)) return text;
  return stripVTControlCharacters(text)
    .replace(/\r\n?/g, "\n")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu, (character) =>
      character === "\n" || character === "\t" ? character : `\\u${codeOf(character)}`,
    );
}

/** The same on one line of at most so many characters. @param most @default 200 */
export function plainLine(text: string, most = 200): string {
  const line = plain(text).replace(/\s+/g, " ").trim();
  // A character outside the basic plane is not cut in two.
  return line.length > most ? `${line.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…` : line;
}

/** A path from outside as the path of an address: each word of it percent-encoded. */
export function encodedPath(path: string): string {
  const words = path
    .replaceAll("\\", "/")
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .split("/");
  // encodeURIComponent leaves these alone; a parenthesis would end a link of Markdown.
  return words.map((word) => encodeURIComponent(word).replace(/[()!'*]/g, percent)).join("/");
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function codeOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).padStart(4, "0");
}

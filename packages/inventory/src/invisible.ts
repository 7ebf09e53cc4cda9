/** Letters that nobody sees, at one of the ends: what an editor, a copy or a file of Windows adds. */
const atAnEnd = /^[\s\p{Cc}\p{Cf}]|[\s\p{Cc}\p{Cf}]$/u;

/**
 * Which invisible letter a text begins or ends with, by its code: `U+000D`.
 *
 * @param lines Whether the text may be of several lines, such as a key in PEM: line ends at its end are right then. @default false
 * @returns undefined when there is none
 */
export function invisibleEnd(text: string, lines = false): string | undefined {
  const body = text.trimEnd();
  const checked = lines && body.includes("\n") ? body : text;
  if (!atAnEnd.test(checked)) return undefined;
  const first = checked.slice(0, 1);
  const letter = atAnEnd.test(first) ? first : checked.slice(-1);
  return `U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

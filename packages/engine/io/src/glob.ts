/**
 * Whether a text is what a pattern stands for: `*` is for any letters, none included; everything else is for itself. Each piece between
 * stars is found at its first place, so the time grows with the length of the pattern times that of the text, never faster.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

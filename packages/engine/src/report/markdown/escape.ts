import { plain, plainLine } from "../plain.js";

/** No text from outside passes for the marker of a comment. */
function unmarked(text: string): string {
  return text.replaceAll("<!--", "<! --");
}

/** A text from outside on one line, for a diff. */
export function inline(text: string, most?: number): string {
  return unmarked(plainLine(text, most));
}

/**
 * A text from outside as code: nothing in it is Markdown, HTML, a mention or a link. It may stand in prose, in cells of tables and in
 * HTML blocks that Markdown is read in.
 */
export function code(text: string, most?: number): string {
  const line = inline(text, most);
  // A code span can't begin or end with a backtick, and a cell of a table can't hold a backslash before a pipe.
  return /^[^`|\\]+$/.test(line) ? `\`${line}\`` : htmlCode(text, most);
}

/** The same for HTML blocks, where Markdown isn't read. */
export function htmlCode(text: string, most?: number): string {
  const escaped = inline(text, most).replace(
    /[!-,.:-@[-`{-~]/g,
    (character) => `&#${String(character.charCodeAt(0))};`,
  );
  return `<code>${escaped}</code>`;
}

/** Lines from outside, word for word. No line can end the block, whatever it holds. */
export function fence(language: "diff" | "text", lines: readonly string[]): string {
  const longest = Math.max(
    2,
    ...lines.map((line) => Math.max(0, ...(line.match(/`+/g) ?? []).map(({ length }) => length))),
  );
  const marks = "`".repeat(longest + 1);
  return [`${marks}${language}`, ...lines, marks].join("\n");
}

/** The lines of a text from outside for a fence. Each begins with a space: no platform takes it for a command. */
export function fenceLines(text: string, most: number): string[] {
  const whole = unmarked(plain(text)).trimEnd();
  const shown = whole.length > most ? `${whole.slice(0, most).replace(/[\uD800-\uDBFF]$/, "")}…` : whole;
  return shown.split("\n").map((line) => ` ${line}`);
}

/** As many of the items as fit, with commas, and how many more there are. */
export function listed(items: readonly string[], most: number): string {
  let [text, count] = ["", 0];
  for (const item of items) {
    const longer = text ? `${text}, ${item}` : item;
    if (longer.length > most) break;
    [text, count] = [longer, count + 1];
  }
  if (count === items.length) return text;
  const more = `${String(items.length - count)}${text ? " more" : ""}`;
  return text ? `${text} and ${more}` : more;
}

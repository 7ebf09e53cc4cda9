import { plain, plainLine } from "../plain.js";
import { escaped } from "../xml.js";

/** No text from outside passes for the marker of a comment. */
function unmarked(text: string): string {
  return text.replaceAll("<!--", "<! --");
}

/** A text from outside on one line, for a diff. */
export function inline(text: string, most?: number): string {
  return unmarked(plainLine(text, most));
}

/** A text from outside as a code span: nothing in it is Markdown, HTML, a mention or a link. It may stand in a cell of a table. */
export function code(text: string, most?: number): string {
  // A cell can't hold a backslash before a pipe, however they are escaped: a line takes the place of pipes.
  const line = inline(text, most).replaceAll("|", "│") || " ";
  const marks = "`".repeat(longestRun(line) + 1);
  const space = /^`|`$/.test(line) ? " " : "";
  return `${marks}${space}${line}${space}${marks}`;
}

/** The same for HTML blocks, where Markdown isn't read. */
export function htmlCode(text: string, most?: number): string {
  return `<code>${escaped(inline(text, most))}</code>`;
}

/** Lines from outside, word for word. No line can end the block, whatever it holds. */
export function fence(language: "diff" | "text", lines: readonly string[]): string {
  const marks = "`".repeat(Math.max(3, longestRun(lines.join("\n")) + 1));
  return [`${marks}${language}`, ...lines, marks].join("\n");
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
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

import type { Nodes, Parent, Root } from "mdast";

/** What a page of Markdown consists of, as GitHub reads it. */
export interface Seen {
  /** Addresses of links. */
  readonly links: string[];
  /** Raw HTML. */
  readonly html: string[];
  /** Code blocks and code spans. */
  readonly code: string[];
  /** Text that is neither code nor inside of HTML's `<code>`. */
  readonly prose: string[];
  /** Kinds of all nodes. */
  readonly kinds: Set<string>;
  readonly headings: number;
}

/** Parses Markdown with GitHub's extensions, and says what is in it. */
export async function readMarkdown(text: string): Promise<Seen> {
  const { fromMarkdown } = await import("mdast-util-from-markdown");
  const { gfmFromMarkdown } = await import("mdast-util-gfm");
  const { gfm } = await import("micromark-extension-gfm");
  const root: Root = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const seen = { links: [], html: [], code: [], prose: [], kinds: new Set<string>(), headings: 0 };
  visit(root, seen);
  return seen;
}

function visit(node: Nodes, seen: { -readonly [key in keyof Seen]: Seen[key] }): void {
  seen.kinds.add(node.type);
  if (node.type === "heading") seen.headings += 1;
  if (node.type === "link") seen.links.push(node.url);
  if (node.type === "html") seen.html.push(node.value);
  if (node.type === "code" || node.type === "inlineCode") seen.code.push(node.value);
  if ("children" in node) visitChildren(node, seen);
}

function visitChildren({ children }: Parent, seen: Seen): void {
  let inside = false;
  for (const child of children) {
    if (child.type === "html") inside = child.value === "<code>" || (inside && child.value !== "</code>");
    if (child.type === "text" && !inside) seen.prose.push(child.value);
    visit(child, seen);
  }
}

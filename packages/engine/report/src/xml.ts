import { plain } from "./plain.js";

/** An element with its attributes; its content is XML that is ready. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: readonly string[] = [],
): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(String(value))}"`);
  return content.length > 0
    ? `<${name}${written.join("")}>${content.join("")}</${name}>`
    : `<${name}${written.join("")}/>`;
}

/** A text from outside as content of an element of XML or HTML. */
export function escaped(text: string): string {
  return plain(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A text from outside as the value of an attribute between double quotes. */
export function attribute(text: string): string {
  return escaped(text)
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;")
    .replaceAll("\n", "&#10;")
    .replaceAll("\t", "&#9;");
}

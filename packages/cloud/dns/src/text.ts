import { literalTemplate, templateText } from "@infra/inventory";

/** Longest string of a TXT record, in bytes (RFC 1035, 3.3). */
const stringLength = 255;

/** Text that a TXT record may hold: printable ASCII. */
export const printable = /^[\x20-\x7e]*$/;

/** The text that a value of the configuration stands for. */
export function textOfValue(value: string): string {
  return templateText(value);
}

/** Splits a text into the strings of a TXT record. */
export function splitText(text: string): string[] {
  const parts = Math.max(1, Math.ceil(text.length / stringLength));
  return Array.from({ length: parts }, (_, index) => text.slice(index * stringLength, (index + 1) * stringLength));
}

/** A text in the notation of zone files: strings of 255 bytes in quotes. */
export function quotedText(text: string): string {
  return splitText(text)
    .map((part) => `"${part.replaceAll(/["\\]/g, String.raw`\$&`)}"`)
    .join(" ");
}

/** A TXT value of the configuration in the notation of zone files, as the engine takes it. */
export function quotedValue(value: string): string {
  return literalTemplate(quotedText(textOfValue(value)));
}

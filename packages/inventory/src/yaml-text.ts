import { parseDocument } from "yaml";

/**
 * Reads a YAML text that is a value of the inventory, such as the configuration of another program.
 *
 * @returns its value, or what is wrong with it in one line, with the line and column of the text.
 */
export function readYamlText(text: string): { readonly value: unknown } | { readonly fault: string } {
  const document = parseDocument(text, { logLevel: "silent", prettyErrors: true });
  const [error] = document.errors;
  if (error) return { fault: error.message.split("\n")[0]?.replace(/:$/, "") ?? "it cannot be read" };
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) as unknown };
  } catch (cause) {
    return { fault: cause instanceof Error ? cause.message : String(cause) };
  }
}

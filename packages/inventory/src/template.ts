/** Text that the engine reads as a template, such that it stands for itself: nothing in it is evaluated. */
export function literalTemplate(text: string): string {
  return text.replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);
}

/** The text that such a template stands for. */
export function templateText(template: string): string {
  return template.replaceAll(/([$%])\1(?=\{)/g, "$1");
}

/** The same value with every text in it standing for itself; anything but plain maps and lists is left alone. */
export function literalTemplates<T>(value: T): T {
  if (typeof value === "string") return literalTemplate(value) as T;
  if (Array.isArray(value)) return value.map(literalTemplates) as T;
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, literalTemplates(entry as unknown)]),
  ) as T;
}

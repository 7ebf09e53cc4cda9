import type { Fields } from "./tier.js";

/** Plain data as fields: texts as they are, numbers and switches as their text, anything deeper under its dotted path and as JSON. */
export function fieldsOf(data: unknown): Fields {
  const found = new Map<string, string>();
  const collect = (value: unknown, path: string): void => {
    if (value === null || value === undefined) return;
    if (path !== "") found.set(path, typeof value === "object" ? JSON.stringify(value) : String(value as string));
    if (typeof value !== "object") return;
    for (const [key, each] of Object.entries(value)) collect(each, path === "" ? key : `${path}.${key}`);
  };
  collect(data, "");
  return Object.fromEntries(found);
}

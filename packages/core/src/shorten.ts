import { createHash } from "node:crypto";

/** Cuts a name to a length; what was cut is told apart by eight hexadecimal digits of its hash. */
export function shorten(name: string, maxLength: number): string {
  if (name.length <= maxLength) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${name.slice(0, maxLength - hash.length - 1).replace(/-+$/, "")}-${hash}`;
}

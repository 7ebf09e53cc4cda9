import type { ResourceChange } from "./result.js";

/** What stands before a change. */
export const marks = { create: "+", update: "~", replace: "±", delete: "-" } as const;

/** The changes of one deployment, a line each, with the attributes that change below. */
export function renderChanges(
  changes: readonly ResourceChange[],
  changed: boolean,
  kind: "plan" | "drift" = "plan",
): string {
  if (changes.length === 0) return changed ? "only outputs change" : kind === "plan" ? "no changes" : "no drift";
  const width = Math.max(...changes.map(({ address }) => address.length));
  const lines = changes.flatMap(({ address, action, place, attributes = [] }) => [
    `${marks[action]} ${address.padEnd(width)}  ${place ?? "no longer in the inventory"}`.trimEnd(),
    ...attributes.map(({ path, before, after }) => `    ${path}: ${before} → ${after}`),
  ]);
  return lines.join("\n");
}

import { isDeepStrictEqual } from "node:util";
import type { Deployment } from "@infra/inventory";
import type { Synthesis } from "@infra/core";
import type { ShownChange } from "@infra/opentofu";
import { type AttributeChange, type Counts, noChanges, type ResourceChange } from "@infra/results";
import { formatPlace, placeOfAddress } from "./places.js";

const actions: Record<string, ResourceChange["action"]> = {
  create: "create",
  update: "update",
  replace: "replace",
  delete: "delete",
  remove: "delete",
};

/** Turns what the engine says about a resource into a change with its place. @returns undefined for "no change" and reads */
export function resourceChange(
  deployment: Deployment,
  synthesis: Synthesis,
  address: string,
  action: string,
): ResourceChange | undefined {
  const known = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (!known) return undefined;
  const place = placeOfAddress(deployment, synthesis, address);
  return { address, action: known, ...(place ? { place: formatPlace(place) } : {}) };
}

/** Counts changes by what they do; replacements are neither creations nor deletions. */
export function countChanges(changes: readonly ResourceChange[]): Counts {
  const counts = { ...noChanges };
  for (const { action } of changes) counts[action] += 1;
  return counts;
}

/** The texts that a shown change marks as sensitive: other attributes may repeat them without a mark. */
export function sensitiveTexts({ change }: ShownChange): string[] {
  const found: string[] = [];
  const visit = (value: unknown, mark: unknown): void => {
    if (typeof value === "string" && mark === true) found.push(value);
    else if (isBranch(value) && mark) for (const key of Object.keys(value)) visit(at(value, key), at(mark, key));
  };
  visit(change.before, change.before_sensitive);
  visit(change.after, change.after_sensitive);
  return found;
}

/**
 * The attributes that a shown change alters, sensitive ones hidden.
 *
 * @param masked Hides what else must not be shown, before a value is shortened. @default - nothing
 */
export function attributeChanges(
  { change }: ShownChange,
  masked: (value: unknown) => unknown = (value) => value,
): AttributeChange[] {
  const literal = (value: unknown) => shortened(masked(value));
  const found: AttributeChange[] = [];
  const visit = (path: string, before: unknown, after: unknown, unknown: unknown, hidden: readonly unknown[]): void => {
    if (hidden.includes(true)) {
      if (unknown === true || JSON.stringify(before) !== JSON.stringify(after))
        found.push({ path, before: "(sensitive)", after: "(sensitive)" });
    } else if (unknown === true) {
      found.push({ path, before: literal(before), after: "(known after apply)" });
    } else if (isBranch(before) || isBranch(after)) {
      const keys = new Set([...keysOf(before), ...keysOf(after), ...keysOf(unknown)]);
      for (const key of keys) {
        visit(
          path ? `${path}.${key}` : key,
          at(before, key),
          at(after, key),
          at(unknown, key),
          hidden.map((mark) => at(mark, key)),
        );
      }
    } else if (!isDeepStrictEqual(before ?? null, after ?? null)) {
      found.push({ path, before: literal(before), after: literal(after) });
    }
  };
  visit("", change.before, change.after, change.after_unknown, [change.before_sensitive, change.after_sensitive]);
  return found;
}

function isBranch(value: unknown): value is Record<string, unknown> | unknown[] {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

function keysOf(value: unknown): string[] {
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}

function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[key]
    : value === true
      ? true
      : undefined;
}

function shortened(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

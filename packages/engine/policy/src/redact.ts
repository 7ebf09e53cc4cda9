import { infraError } from "@infra/inventory";
import { z } from "zod";

const shownChange = z.looseObject({
  change: z
    .looseObject({
      before: z.unknown(),
      after: z.unknown(),
      before_sensitive: z.unknown(),
      after_sensitive: z.unknown(),
    })
    .default({ before: undefined, after: undefined, before_sensitive: undefined, after_sensitive: undefined }),
});

/** What `show -json` prints of a plan, as far as it can hold values. */
const shownPlan = z.looseObject({
  resource_changes: z.array(shownChange).optional(),
  planned_values: z
    .looseObject({ root_module: z.looseObject({ resources: z.array(z.looseObject({})).optional() }).optional() })
    .optional(),
});
type ShownChange = z.output<typeof shownChange>;

/** Parts of a plan that say nothing of what will be there, and hold values. */
const left = ["prior_state", "variables", "output_changes", "resource_drift", "relevant_attributes"];

/**
 * A plan without its sensitive values, for programs that read it from a file.
 * @param plan What `show -json <plan>` prints, parsed.
 * @throws InfraError when it is not a plan; no value of it is quoted
 */
export function withoutSensitive(plan: unknown): object {
  const parsed = shownPlan.safeParse(plan);
  if (!parsed.success)
    throw infraError(
      `what the engine shows of the plan cannot be read: ${z.prettifyError(parsed.error)}`,
      "Check that the engine is OpenTofu, or Terraform 1.11 or newer: `infra doctor`",
    );
  const { resource_changes: changes, planned_values: planned, ...rest } = parsed.data;
  const kept = Object.fromEntries(Object.entries(rest).filter(([key]) => !left.includes(key)));
  const resources = planned?.root_module?.resources?.map(values) ?? [];
  return {
    ...kept,
    ...(changes ? { resource_changes: changes.map(change) } : {}),
    ...(planned ? { planned_values: { root_module: { resources } } } : {}),
  };
}

function change(resource: ShownChange): object {
  const { before, after, before_sensitive, after_sensitive, ...rest } = resource.change;
  const hidden = { before: hide(before, before_sensitive), after: hide(after, after_sensitive) };
  return { ...resource, change: { ...rest, before_sensitive, after_sensitive, ...hidden } };
}

function values(resource: Readonly<Record<string, unknown>>): object {
  return { ...resource, values: hide(resource["values"], resource["sensitive_values"]) };
}

/** The value, with a mark in place of each part that is sensitive. */
function hide(value: unknown, mark: unknown): unknown {
  if (mark === true) return value === null || value === undefined ? value : "(sensitive)";
  if (Array.isArray(value)) return value.map((each, index) => hide(each, at(mark, index)));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, hide(each, at(mark, key))]));
}

function at(mark: unknown, key: string | number): unknown {
  return typeof mark === "object" && mark !== null && Object.hasOwn(mark, key)
    ? (mark as Record<string | number, unknown>)[key]
    : undefined;
}

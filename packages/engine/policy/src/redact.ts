/** What `show -json` prints of a plan, as far as it can hold values. */
interface ShownPlan {
  readonly resource_changes?: readonly { readonly change?: Readonly<Record<string, unknown>> }[];
  readonly planned_values?: {
    readonly root_module?: { readonly resources?: readonly Readonly<Record<string, unknown>>[] };
  };
  readonly [key: string]: unknown;
}

/** Parts of a plan that say nothing of what will be there, and hold values. */
const left = ["prior_state", "variables", "output_changes", "resource_drift", "relevant_attributes"];

/** A plan without its sensitive values, for programs that read it from a file. */
export function withoutSensitive(plan: object): object {
  const shown = Object.fromEntries(Object.entries(plan).filter(([key]) => !left.includes(key))) as ShownPlan;
  return {
    ...shown,
    ...(shown.resource_changes ? { resource_changes: shown.resource_changes.map(change) } : {}),
    ...(shown.planned_values
      ? {
          planned_values: {
            root_module: { resources: shown.planned_values.root_module?.resources?.map(values) ?? [] },
          },
        }
      : {}),
  };
}

function change<T extends { readonly change?: Readonly<Record<string, unknown>> }>(resource: T): T {
  const { before, after, before_sensitive, after_sensitive, ...rest } = resource.change ?? {};
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
  return typeof mark === "object" && mark !== null ? (mark as Record<string | number, unknown>)[key] : undefined;
}

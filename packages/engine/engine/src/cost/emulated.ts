import type { PricedPlan } from "@infra/cost";
import { z } from "zod";

type Values = Readonly<Record<string, unknown>>;

const record = z.record(z.string(), z.unknown());
const configuredSchema = z.object({
  configuration: z.object({
    root_module: z.object({ resources: z.array(z.object({ address: z.string(), expressions: record.default({}) })) }),
  }),
});

/** What is left of a plan of the emulated cloud when the values that the mock provider made up are not set. */
export function withoutEmulated(plan: PricedPlan, shown: unknown): PricedPlan {
  const parsed = configuredSchema.safeParse(shown);
  const resources = parsed.success ? parsed.data.configuration.root_module.resources : [];
  const configured = new Map(resources.map(({ address, expressions }) => [address, expressions]));
  const own = (address: string, values: Values | null | undefined) =>
    values && ownValues(values, configured.get(address.replace(/\[.*\]$/, "")));
  return {
    resource_changes: plan.resource_changes.map(({ change, ...rest }) => ({
      ...rest,
      change: { ...change, before: own(rest.address, change.before), after: own(rest.address, change.after) },
    })),
  };
}

/** The values that the configuration sets; of what is no longer configured, all that do not look made up. */
function ownValues(values: Values, expressions: Values | undefined): Values {
  const entries = Object.entries(values).filter(([, value]) => !isMadeUp(value));
  if (!expressions) return Object.fromEntries(entries);
  return Object.fromEntries(
    entries.flatMap(([name, value]) => {
      const expression = Object.hasOwn(expressions, name) ? expressions[name] : undefined;
      return expression === undefined ? [] : [[name, ownValue(value, expression)] as const];
    }),
  );
}

function ownValue(value: unknown, expression: unknown): unknown {
  // Blocks of a set come in any order: what one of them sets, each may.
  if (Array.isArray(expression)) {
    const blocks: Values = Object.assign({}, ...(expression as unknown[])) as Values;
    return Array.isArray(value) ? value.map((each) => ownValue(each, blocks)) : value;
  }
  const block = record.safeParse(expression);
  const inner = record.safeParse(value);
  if (!block.success || !inner.success || isLeaf(block.data)) return value;
  return ownValues(inner.data, block.data);
}

/** Is it an expression, rather than the arguments of a block? */
function isLeaf(expression: Values): boolean {
  return Object.keys(expression).length === 0 || "constant_value" in expression || "references" in expression;
}

function isMadeUp(value: unknown): boolean {
  return typeof value === "string" && /^mock-[0-9a-f]{12}$/.test(value);
}

import { hoursPerMonth, type PriceEntry, type PriceTable } from "@infra/facts/prices";

/** Values of a resource, as the engine shows them. */
export type Values = Readonly<Record<string, unknown>>;

/** What is known of the price of one resource. */
export type ResourcePrice =
  | {
      readonly kind: "priced";
      /** Per month. */ readonly monthly: number;
      /** It has a part that is billed by use. */ readonly usage?: string;
    }
  | { readonly kind: "free"; readonly reason: string }
  | { readonly kind: "usage"; readonly reason: string }
  | { readonly kind: "unpriced"; readonly reason: string };

/**
 * The price of a resource: every part of it must have one, else it has none.
 *
 * @param region Where its deployment runs
 * @param earlier How many resources of its type the deployment has before it: some are sold in lots
 */
export function priceOf(
  type: string,
  values: Values,
  region: string,
  { prices }: PriceTable,
  earlier = 0,
): ResourcePrice {
  const own = prices.filter((entry) => entry.type === type);
  if (own.length === 0) return { kind: "unpriced", reason: "no price of this type is known" };
  const parts = [...new Set(own.map(({ part }) => part))].map((part) =>
    partPrice(
      own.filter((entry) => entry.part === part),
      { ...values, region },
      earlier,
    ),
  );
  const unpriced = parts.find(({ kind }) => kind === "unpriced");
  if (unpriced) return unpriced;
  const priced = parts.flatMap((part) => (part.kind === "priced" ? [part.monthly] : []));
  const usage = parts.find((part) => part.kind === "usage");
  if (priced.length > 0)
    return {
      kind: "priced",
      monthly: priced.reduce((sum, each) => sum + each, 0),
      ...(usage ? { usage: usage.reason } : {}),
    };
  return usage ?? parts[0] ?? { kind: "unpriced", reason: "no price of this type is known" };
}

function partPrice(entries: readonly PriceEntry[], values: Values, earlier: number): ResourcePrice {
  const entry = entries.find(({ when = {} }) =>
    Object.entries(when).every(([path, wanted]) => fits(at(values, path), wanted)),
  );
  if (!entry) return { kind: "unpriced", reason: `no price is known for ${said(entries, values)}` };
  if (entry.free !== undefined) return { kind: "free", reason: entry.free };
  if (entry.usage !== undefined) return { kind: "usage", reason: entry.usage };
  if (entry.unlisted !== undefined) return { kind: "unpriced", reason: entry.unlisted };
  if (entry.shared !== undefined && earlier % entry.shared > 0)
    return { kind: "free", reason: `${String(entry.shared)} of them have one price` };
  return amountOf(entry, values);
}

function amountOf({ hourly, monthly, steps, per, otherwise }: PriceEntry, values: Values): ResourcePrice {
  const quantity = per === undefined ? 1 : (numberAt(values, per) ?? otherwise);
  if (quantity === undefined) return { kind: "unpriced", reason: `${String(per)} is not known before it is applied` };
  if (steps) {
    const found = steps.find(({ upTo }) => quantity <= upTo);
    return found
      ? { kind: "priced", monthly: found.monthly }
      : { kind: "unpriced", reason: `no price is known for ${String(per)} ${String(quantity)}` };
  }
  return { kind: "priced", monthly: (monthly ?? (hourly ?? 0) * hoursPerMonth) * quantity };
}

type Condition = NonNullable<PriceEntry["when"]>[string];

function fits(value: unknown, wanted: Condition): boolean {
  if (wanted === null) return value === undefined || value === null || value === "";
  return Array.isArray(wanted) ? wanted.some((each) => each === value) : wanted === value;
}

/** The value at a path such as `root_block_device.0.volume_size`. */
function at(values: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], values);
}

function numberAt(values: Values, path: string): number | undefined {
  const value = at(values, path);
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** What the plan says of the attributes that a price depends on. */
function said(entries: readonly PriceEntry[], values: Values): string {
  const paths = [...new Set(entries.flatMap(({ when = {} }) => Object.keys(when)))];
  return paths.map((path) => `${path} ${JSON.stringify(at(values, path) ?? null)}`).join(", ");
}

import { staleTables, today } from "@infra/facts";
import { datedPrices, type PriceTable, pricesOf } from "@infra/facts/prices";
import type { ProviderName } from "@infra/inventory";
import { z } from "zod";
import { type InfracostPrices, noInfracost } from "./infracost.js";
import { priceOf, type ResourcePrice, type Values } from "./resource.js";

const values = z.record(z.string(), z.unknown());

/** The part of `show -json <plan>` that says what there is and what there will be. */
export const pricedPlanSchema = z.object({
  resource_changes: z
    .array(
      z.object({
        address: z.string(),
        mode: z.string().default("managed"),
        type: z.string(),
        change: z.object({ actions: z.array(z.string()), before: values.nullish(), after: values.nullish() }),
      }),
    )
    .default([]),
});

/** A plan, as far as prices need it. */
export type PricedPlan = z.output<typeof pricedPlanSchema>;

/** An amount per currency: currencies are never converted. */
export type Money = Readonly<Record<string, number>>;

const money = z.record(z.string(), z.number());
const resourceCostSchema = z.object({
  address: z.string(),
  /** Per month, as it is applied now. Zero for what is not there yet. */
  before: z.number(),
  /** Per month, once the plan is applied. Zero for what is deleted. */
  after: z.number(),
  currency: z.string(),
  source: z.enum(["table", "infracost"]),
});
const uncountedSchema = z.object({ address: z.string(), reason: z.string() });

/** What a deployment costs, as `infra cost --json` prints it. */
export const deploymentCostSchema = z.object({
  before: money,
  after: money,
  resources: z.array(resourceCostSchema),
  /** Resources with no price: they cost something, and nobody knows how much. */
  unpriced: z.array(uncountedSchema),
  /** Resources that are billed by how much they are used. */
  usage: z.array(uncountedSchema),
  /** How many resources cost nothing. */
  free: z.number(),
  /** Whose prices of which days these are: `aws 2025-11-01, not verified`. */
  prices: z.string(),
  /** Price lists that are older than 90 days, with their days: `aws prices of ec2 (2025-11-01)`. */
  stale: z.array(z.string()).default([]),
});

/** What a deployment costs per month: now, and once its plan is applied. */
export type DeploymentCost = z.output<typeof deploymentCostSchema>;

/** What one resource costs per month. */
export type ResourceCost = z.output<typeof resourceCostSchema>;

/** Where a deployment runs. */
export interface PricedLocation {
  readonly provider: ProviderName;
  readonly region: string;
}

/** Prices a plan. @param infracost What Infracost knows of it. @default - nothing: the tables of this package decide */
export function deploymentCost(
  plan: PricedPlan,
  location: PricedLocation,
  infracost: InfracostPrices = noInfracost,
): DeploymentCost {
  const table = pricesOf(location.provider);
  const found = sidesOf(plan, location.region, table, infracost);
  const resources = found.flatMap((each) => costOf(each, table.currency, infracost.currency));
  return {
    before: sums(resources, "before"),
    after: sums(resources, "after"),
    resources,
    unpriced: uncounted(found, "unpriced"),
    usage: [...uncounted(found, "usage"), ...found.flatMap(usageOfPriced)],
    free: found.filter(({ before, after }) => [before, after].every(({ kind }) => kind === "free" || kind === "none"))
      .length,
    prices: describePrices(location.provider, table),
    stale: staleTables(datedPrices(location.provider), today()).map(({ name, date }) => `${name} (${date})`),
  };
}

/** What each resource costs on both sides of the plan. */
function sidesOf(plan: PricedPlan, region: string, table: PriceTable, infracost: InfracostPrices): Sides[] {
  const [now, then] = [new Count(), new Count()];
  return (
    plan.resource_changes
      .filter(({ mode }) => mode === "managed")
      // Of what is sold in lots, the same one pays each time.
      .sort((one, other) => (one.address < other.address ? -1 : 1))
      .map(({ address, type, change: { before, after } }) => {
        const theirs = infracost.of(address);
        // One source for both sides: a difference of two price lists says nothing.
        const complete = (!before || theirs.before !== undefined) && (!after || theirs.after !== undefined);
        const price = (state: Values | null | undefined, monthly: number | undefined, count: Count): SidePrice => {
          if (!state) return nothing;
          const earlier = count.next(type);
          if (complete && monthly !== undefined) return { kind: "priced", monthly, source: "infracost" };
          return { ...priceOf(type, state, region, table, earlier), source: "table" };
        };
        return { address, before: price(before, theirs.before, now), after: price(after, theirs.after, then) };
      })
  );
}

/** Counts resources by type. */
class Count {
  private readonly seen = new Map<string, number>();

  /** @returns how many there were before this one */
  next(type: string): number {
    const earlier = this.seen.get(type) ?? 0;
    this.seen.set(type, earlier + 1);
    return earlier;
  }
}

type SidePrice = { readonly kind: "none" } | (ResourcePrice & { readonly source: "table" | "infracost" });
interface Sides {
  readonly address: string;
  readonly before: SidePrice;
  readonly after: SidePrice;
}

const nothing: SidePrice = { kind: "none" };

function costOf({ address, before, after }: Sides, own: string, theirs: string): ResourceCost[] {
  // With one side unknown the other would look like a change: the resource is listed as unpriced, and left out.
  if (before.kind === "unpriced" || after.kind === "unpriced") return [];
  const priced = [after, before].find((side) => side.kind === "priced");
  if (!priced) return [];
  const { source } = priced;
  const amount = (side: SidePrice) => (side.kind === "priced" ? side.monthly : 0);
  const currency = source === "table" ? own : theirs;
  return [{ address, before: amount(before), after: amount(after), currency, source }];
}

/** The resources of a kind, with the reason: of what they will be, or of what they are when they go. */
function uncounted(found: readonly Sides[], kind: "unpriced" | "usage") {
  return found.flatMap(({ address, before, after }) => {
    const side = [after, before].find((each) => each.kind === kind);
    return side && "reason" in side ? [{ address, reason: side.reason }] : [];
  });
}

function usageOfPriced({ address, after }: Sides) {
  return after.kind === "priced" && after.usage !== undefined ? [{ address, reason: after.usage }] : [];
}

function sums(resources: readonly ResourceCost[], side: "before" | "after"): Money {
  const total: Record<string, number> = {};
  for (const each of resources) total[each.currency] = cents((total[each.currency] ?? 0) + each[side]);
  return total;
}

/** Sums of binary fractions end in noise; a thousandth of a cent is enough. */
function cents(amount: number): number {
  return Math.round(amount * 1e5) / 1e5;
}

function describePrices(provider: ProviderName, { sources }: PriceTable): string {
  const dates = [...new Set(Object.values(sources).map(({ date }) => date))].sort();
  const verified = Object.values(sources).every((source) => source.verified);
  const span = dates.length > 1 ? `${String(dates[0])} to ${String(dates.at(-1))}` : String(dates[0]);
  return `${provider} ${span}${verified ? "" : ", not verified"}`;
}

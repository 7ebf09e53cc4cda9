import type { Money } from "./deployment.js";

/** The sum of amounts, each currency by itself. */
export function sumOf(amounts: readonly Money[]): Money {
  const total: Record<string, number> = {};
  for (const amount of amounts)
    for (const [currency, value] of Object.entries(amount)) total[currency] = (total[currency] ?? 0) + value;
  return total;
}

/** By how much amounts differ, each currency by itself. */
export function difference(after: Money, before: Money): Money {
  return sumOf([after, Object.fromEntries(Object.entries(before).map(([currency, value]) => [currency, -value]))]);
}

/** An amount per month, as people write it: `12.34 EUR`. */
export function amountText(currency: string, value: number): string {
  return `${value.toFixed(2)} ${currency}`;
}

/** The amounts that change, with their signs. @param none What stands for no change. @default "·" */
export function changeText(money: Money, none = "·"): string {
  const changed = Object.entries(money)
    .filter(([, value]) => Math.abs(value) >= 0.005)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return changed.map(([currency, value]) => `${value > 0 ? "+" : ""}${amountText(currency, value)}`).join(" ") || none;
}

import { datedFacts, staleAfterDays, staleTables, today } from "@infra/facts";
import { datedPrices } from "@infra/facts/prices";
import type { ProviderName } from "@infra/inventory";
import type { Finding } from "./doctor.js";

/** The tables of facts and prices of the clouds that are used, where they are older than 90 days. @param day `YYYY-MM-DD`. @default - today */
export function tableFindings(clouds: readonly ProviderName[], day = today()): Finding[] {
  const tables = clouds.flatMap((cloud) => [...datedFacts(cloud), ...datedPrices(cloud)]);
  const named = new Map(tables.map((table) => [table.name, table]));
  const stale = staleTables([...named.values()], day);
  if (stale.length === 0) return [];
  const names = stale.map(({ name, date }) => `${name} (${date})`).join(", ");
  return [
    {
      level: "warning",
      message: `facts: older than ${String(staleAfterDays)} days: ${names}`,
      remedy: "Update @infra/facts: what it says of sizes, stock and prices may have changed",
    },
  ];
}

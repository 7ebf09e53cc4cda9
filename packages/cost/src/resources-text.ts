import { table } from "@infra/io";
import type { DeploymentCost } from "./deployment.js";
import { amountText, changeText } from "./money.js";

/** The resources of one deployment that cost something, a line each. */
export function renderResources({ resources }: DeploymentCost): string {
  if (resources.length === 0) return "no resource with a price";
  const rows = resources.map(({ address, before, after, currency }) => [
    address,
    amountText(currency, after),
    changeText({ [currency]: after - before }),
  ]);
  return table([["resource", "monthly", "change"], ...rows], 1).join("\n");
}

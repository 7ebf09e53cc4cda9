import type { ProviderName } from "@infra/inventory";
import { aws } from "./aws.js";
import { azure } from "./azure.js";
import { digitalocean } from "./digitalocean.js";
import { gcp } from "./gcp.js";
import { hetzner } from "./hetzner.js";
import type { PriceReader } from "./live.js";
import { oracle } from "./oracle.js";

export { applyPrices, type PriceComparison, regionsOf } from "./apply.js";
export type { LivePrices, Priced, PriceReader } from "./live.js";

/** How the prices of each cloud are read; Heroku publishes no list that a program can read. */
export const priceReaders: Readonly<Partial<Record<ProviderName, PriceReader>>> = {
  aws,
  azure,
  digitalocean,
  gcp,
  hetzner,
  oracle,
};

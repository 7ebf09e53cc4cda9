import type { ProviderName } from "@infra/inventory";
import type { LiveFacts } from "../compare.js";
import { aws } from "./aws.js";
import { azure } from "./azure.js";
import { digitalocean } from "./digitalocean.js";
import { gcp } from "./gcp.js";
import { heroku } from "./heroku.js";
import { hetzner } from "./hetzner.js";
import { oracle } from "./oracle.js";

/** How each cloud is asked what it has. */
export const readers: Readonly<Record<ProviderName, () => Promise<LiveFacts>>> = {
  aws,
  gcp,
  azure,
  oracle,
  hetzner,
  heroku,
  digitalocean,
};

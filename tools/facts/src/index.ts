import type { ProviderName } from "@infra/inventory";
import type { LiveFacts } from "./compare.js";
import { aws } from "./readers/aws.js";
import { azure } from "./readers/azure.js";
import { digitalocean } from "./readers/digitalocean.js";
import { gcp } from "./readers/gcp.js";
import { heroku } from "./readers/heroku.js";
import { hetzner } from "./readers/hetzner.js";
import { oracle } from "./readers/oracle.js";

export { problemsOf } from "./check.js";
export { compare, type Comparison, type LiveFacts } from "./compare.js";
export { type Facts, readFacts, render, writeFacts } from "./file.js";

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

import type { DatedTable } from "./age.js";
import type { ProviderName } from "@infra/inventory";
import { factsOf } from "./facts.js";
import { imageSupport } from "./images.js";

/** The tables of facts about a cloud, and the one of the support of images: `hetzner sizes`. */
export function datedFacts(cloud: ProviderName): DatedTable[] {
  const { regions, sizes, images } = factsOf(cloud);
  const own = Object.entries({ regions, sizes, images }).map(([name, { date }]) => ({
    name: `${cloud} ${name}`,
    date,
  }));
  return [...own, { name: "support of images", date: imageSupport().date }];
}

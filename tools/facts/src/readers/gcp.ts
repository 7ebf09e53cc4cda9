import { z } from "zod";
import type { LiveFacts } from "../compare.js";
import { ask } from "./command.js";
import { byName, soldIn } from "./sold-in.js";

const regions = z.array(z.object({ name: z.string(), zones: z.array(z.string()) }));

const types = z.array(
  z.object({
    name: z.string(),
    zone: z.string(),
    guestCpus: z.number(),
    memoryMb: z.number(),
    architecture: z.string().optional(),
  }),
);

/** Reads through the command `gcloud`. A type stands in the list once per zone. */
export async function gcp(): Promise<LiveFacts> {
  const places = await ask(["gcloud", "compute", "regions", "list", "--format=json"], regions);
  const kinds = await ask(["gcloud", "compute", "machine-types", "list", "--format=json"], types);
  const all = places.map(({ name }) => name);
  return {
    regions: Object.fromEntries(places.map(({ name, zones }) => [name, zonesOf(zones)])),
    sizes: [...byName(kinds)].flatMap(([name, [first, ...more]]) =>
      first
        ? {
            name,
            cpus: first.guestCpus,
            memory: first.memoryMb / 1024,
            architecture: first.architecture === "ARM64" ? "arm64" : "amd64",
            ...soldIn(all, [first, ...more].map(regionOf)),
          }
        : [],
    ),
    saysRegions: true,
  };
}

/** `…/zones/europe-west3-a`, or `europe-west3-a`. */
function regionOf({ zone }: { readonly zone: string }): string {
  return zone.slice(zone.lastIndexOf("/") + 1, zone.lastIndexOf("-"));
}

/** The letters that stand for zones a, b and c, where the region's first three are others: `…/zones/us-east1-b`. */
function zonesOf(urls: readonly string[]): { zones?: Record<"a" | "b" | "c", string> } {
  const [a = "a", b = "b", c = "c"] = urls.map((url) => url.slice(-1)).sort();
  return a === "a" && b === "b" && c === "c" ? {} : { zones: { a, b, c } };
}

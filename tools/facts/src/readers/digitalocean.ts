import { setting } from "@infra/core/inventory";
import { z } from "zod";
import type { LiveFacts } from "../compare.js";
import { type Api, get } from "./http.js";

const regions = z.object({ regions: z.array(z.object({ slug: z.string(), available: z.boolean() })) });

const sizes = z.object({
  sizes: z.array(z.object({ slug: z.string(), vcpus: z.number(), memory: z.number(), available: z.boolean() })),
});

const images = z.object({ images: z.array(z.object({ slug: z.string().nullable() })) });

/** Reads from DigitalOcean's API, with `DIGITALOCEAN_TOKEN`. Memory comes in MiB. */
export async function digitalocean(): Promise<LiveFacts> {
  const url = setting(process.env, "DIGITALOCEAN_API_URL") ?? "https://api.digitalocean.com";
  const api: Api = { url, tokenVariable: "DIGITALOCEAN_TOKEN" };
  const [places, kinds, offered] = await Promise.all([
    get(api, "/v2/regions?per_page=200", regions),
    get(api, "/v2/sizes?per_page=200", sizes),
    get(api, "/v2/images?type=distribution&per_page=200", images),
  ]);
  return {
    regions: Object.fromEntries(places.regions.filter(({ available }) => available).map(({ slug }) => [slug, {}])),
    sizes: kinds.sizes
      .filter(({ available }) => available)
      .map(({ slug, vcpus, memory }) => ({ name: slug, cpus: vcpus, memory: memory / 1024, architecture: "amd64" })),
    images: offered.images.flatMap(({ slug }) => (slug === null ? [] : [{ name: slug, architecture: "amd64" }])),
  };
}

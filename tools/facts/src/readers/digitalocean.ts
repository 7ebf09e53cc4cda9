import { setting } from "@infra/inventory";
import { z } from "zod";
import type { LiveFacts } from "../compare.js";
import { type Api, getPages } from "./http.js";
import { soldIn } from "./sold-in.js";

/** What every list says of its pages: addresses of others. */
export const links = z.object({ pages: z.object({ next: z.url().optional() }).optional() }).optional();

const regions = z.object({ links, regions: z.array(z.object({ slug: z.string(), available: z.boolean() })) });

const sizes = z.object({
  links,
  sizes: z.array(
    z.object({
      slug: z.string(),
      vcpus: z.number(),
      memory: z.number(),
      available: z.boolean(),
      regions: z.array(z.string()),
    }),
  ),
});

const images = z.object({ links, images: z.array(z.object({ slug: z.string().nullable() })) });

/** Reads from DigitalOcean's API, with `DIGITALOCEAN_TOKEN`. Memory comes in MiB. */
export async function digitalocean(): Promise<LiveFacts> {
  const url = setting(process.env, "DIGITALOCEAN_API_URL") ?? "https://api.digitalocean.com";
  const api: Api = { url, tokenVariable: "DIGITALOCEAN_TOKEN" };
  const [places, kinds, offered] = await Promise.all([
    getPages(api, "/v2/regions?per_page=200", regions, nextOf),
    getPages(api, "/v2/sizes?per_page=200", sizes, nextOf),
    getPages(api, "/v2/images?type=distribution&per_page=200", images, nextOf),
  ]);
  const open = places.flatMap((page) => page.regions).filter(({ available }) => available);
  const sold = kinds.flatMap((page) => page.sizes).filter(({ available }) => available);
  const kept = offered.flatMap((page) => page.images);
  return {
    regions: Object.fromEntries(open.map(({ slug }) => [slug, {}])),
    sizes: sold.map(({ slug, vcpus, memory, regions: where }) => ({
      name: slug,
      cpus: vcpus,
      memory: memory / 1024,
      architecture: "amd64",
      ...soldIn(
        open.map((place) => place.slug),
        where,
      ),
    })),
    saysRegions: true,
    images: kept.flatMap(({ slug }) => (slug === null ? [] : [{ name: slug, architecture: "amd64" }])),
  };
}

/** The number of the next page: its address is not followed, as the token is for the API alone. */
export function nextOf({ links: found }: { links?: z.output<typeof links> }): number | undefined {
  const next = found?.pages?.next;
  return next === undefined ? undefined : Number(new URL(next).searchParams.get("page"));
}

import { setting } from "@infra/inventory";
import { z } from "zod";
import { links, nextOf } from "../readers/digitalocean.js";
import { type Api, getPages } from "../readers/http.js";
import { type LivePrices, wordOf } from "./live.js";

const sizes = z.object({ links, sizes: z.array(z.object({ slug: z.string(), price_monthly: z.number() })) });

/** Reads `GET /v2/sizes` of DigitalOcean's API, with `DIGITALOCEAN_TOKEN`: what droplets cost, the same in every region. */
export async function digitalocean(): Promise<LivePrices> {
  const url = setting(process.env, "DIGITALOCEAN_API_URL") ?? "https://api.digitalocean.com";
  const api: Api = { url, tokenVariable: "DIGITALOCEAN_TOKEN" };
  const pages = await getPages(api, "/v2/sizes?per_page=200", sizes, nextOf);
  const monthly = new Map(pages.flatMap((page) => page.sizes).map((size) => [size.slug, size.price_monthly]));
  return {
    currency: "USD",
    priceOf(thing) {
      const price = monthly.get(wordOf(thing, "size"));
      return thing.part === "droplet" && price !== undefined ? { monthly: price } : undefined;
    },
  };
}

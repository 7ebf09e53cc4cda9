import { setting } from "@infra/inventory";
import { z } from "zod";
import { type Api, get } from "../readers/http.js";
import { type LivePrice, type LivePrices, type Priced, wordOf } from "./live.js";

/** Amounts come as text, with more digits than are paid; without VAT. */
const net = z.object({ net: z.coerce.number() });
const prices = z.array(z.object({ location: z.string(), price_monthly: net }));
const kinds = z.array(z.object({ name: z.string(), prices }));

const pricing = z.object({
  pricing: z.object({
    currency: z.string(),
    server_types: kinds,
    load_balancer_types: kinds,
    primary_ips: z.array(z.object({ type: z.string(), prices })),
    floating_ips: z.array(z.object({ type: z.string(), prices })),
    volume: z.object({ price_per_gb_month: net }),
  }),
});

type Pricing = z.output<typeof pricing>["pricing"];

/** Reads `GET /v1/pricing` of Hetzner's API, with `HCLOUD_TOKEN`. */
export async function hetzner(): Promise<LivePrices> {
  const url = setting(process.env, "HCLOUD_ENDPOINT") ?? "https://api.hetzner.cloud/v1";
  const api: Api = { url, tokenVariable: "HCLOUD_TOKEN" };
  const { pricing: found } = await get(api, "/pricing", pricing);
  return { currency: found.currency, priceOf: (thing) => priceIn(found, thing) };
}

function priceIn(found: Pricing, thing: Priced): LivePrice | undefined {
  const region = wordOf(thing, "region");
  switch (`${thing.type}/${thing.part ?? ""}`) {
    case "hcloud_server/server":
      return monthly(named(found.server_types, wordOf(thing, "server_type")), region);
    case "hcloud_server/address":
      return monthly(typed(found.primary_ips, "ipv4"), region);
    case "hcloud_primary_ip/":
      return monthly(typed(found.primary_ips, wordOf(thing, "type") || "ipv4"), region);
    case "hcloud_floating_ip/":
      return monthly(typed(found.floating_ips, wordOf(thing, "type")), region);
    case "hcloud_load_balancer/":
      return monthly(named(found.load_balancer_types, wordOf(thing, "load_balancer_type")), region);
    case "hcloud_volume/":
      return { monthly: found.volume.price_per_gb_month.net };
    default:
      return undefined;
  }
}

function named(list: z.output<typeof kinds>, name: string) {
  return list.find((each) => each.name === name)?.prices;
}

function typed(list: Pricing["primary_ips"], type: string) {
  return list.find((each) => each.type === type)?.prices;
}

/** The price in a location; where none is said, that of the first that the list names. */
function monthly(list: z.output<typeof prices> | undefined, region: string): LivePrice | undefined {
  const found = list?.find(({ location }) => region === "" || location === region);
  return found && { monthly: found.price_monthly.net };
}

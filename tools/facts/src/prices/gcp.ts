import { setting } from "@infra/inventory";
import { factsOf } from "@infra/facts";
import { z } from "zod";
import { type Api, get, tokenOf } from "../readers/http.js";
import { type LivePrice, type LivePrices, type Priced, wordOf } from "./live.js";

const money = z.object({ currencyCode: z.string(), units: z.string(), nanos: z.number() });

const sku = z.object({
  description: z.string(),
  category: z.object({ usageType: z.string() }),
  serviceRegions: z.array(z.string()),
  pricingInfo: z.array(
    z.object({
      pricingExpression: z.object({ usageUnit: z.string(), tieredRates: z.array(z.object({ unitPrice: money })) }),
    }),
  ),
});

const page = z.object({ skus: z.array(sku), nextPageToken: z.string().default("") });

type Sku = z.output<typeof sku>;

/** Compute Engine in the Cloud Billing Catalog. */
const service = "6F81-5844-456A";

/** How descriptions name the cores of a family of machines; memory is named alike, with `Ram`. */
const families = new Map([
  ["e2", "E2 Instance"],
  ["n2", "N2 Instance"],
  ["n2-custom", "N2 Custom Instance"],
  ["t2a", "T2A Arm Instance"],
  ["c4a", "C4A Arm Instance"],
  ["n4a", "N4A Instance"],
]);

/** Cores that shared machines pay for: https://cloud.google.com/compute/docs/general-purpose-machines#e2-shared-core. */
const sharedCores = new Map([
  ["e2-micro", 0.25],
  ["e2-small", 0.5],
  ["e2-medium", 1],
]);

/** How descriptions name disks. */
const diskWords = new Map([
  ["pd-standard", "Storage PD Capacity"],
  ["pd-balanced", "Balanced PD Capacity"],
  ["pd-ssd", "SSD backed PD Capacity"],
]);

/** Reads the Cloud Billing Catalog, with the API key in `GCP_BILLING_API_KEY`. A machine costs what its cores and its memory cost. */
export async function gcp(): Promise<LivePrices> {
  const url = setting(process.env, "GCP_BILLING_URL") ?? "https://cloudbilling.googleapis.com";
  const skus = await skusOf({ url }, tokenOf("GCP_BILLING_API_KEY"));
  const lists = skus.filter(({ category }) => category.usageType === "OnDemand");
  return { currency: "USD", priceOf: (thing) => priceIn(lists, thing) };
}

async function skusOf(api: Api, key: string): Promise<Sku[]> {
  const seen = new Set<string>();
  const found: Sku[] = [];
  for (let token = ""; ;) {
    const query = new URLSearchParams({ currencyCode: "USD", pageSize: "5000", pageToken: token, key });
    const { skus, nextPageToken } = await get(api, `/v1/services/${service}/skus?${String(query)}`, page);
    found.push(...skus);
    if (nextPageToken === "") return found;
    if (seen.has(nextPageToken)) throw new Error(`${api.url} names a page twice as the next one`);
    seen.add(nextPageToken);
    token = nextPageToken;
  }
}

function priceIn(skus: readonly Sku[], thing: Priced): LivePrice | undefined {
  const region = wordOf(thing, "region");
  const disk = diskWords.get(wordOf(thing, "type") || wordOf(thing, "boot_disk.0.initialize_params.0.type"));
  if (disk !== undefined) {
    const monthly = rateOf(skus, region, "GiBy.mo", (text) => text === disk || text.startsWith(`${disk} in `));
    return monthly === undefined ? undefined : { monthly };
  }
  if (thing.type !== "google_compute_instance" || thing.part !== "instance") return undefined;
  return machinePrice(skus, region, wordOf(thing, "machine_type"));
}

function machinePrice(skus: readonly Sku[], region: string, name: string): LivePrice | undefined {
  const size = factsOf("gcp").sizes.entries.find((each) => each.name === name);
  const words = families.get(
    name.includes("-custom-") ? `${name.split("-")[0] ?? ""}-custom` : (name.split("-")[0] ?? ""),
  );
  if (!size || words === undefined) return undefined;
  const core = rateOf(skus, region, "h", (text) => text.startsWith(`${words} Core running in `));
  const memory = rateOf(skus, region, "GiBy.h", (text) => text.startsWith(`${words} Ram running in `));
  if (core === undefined || memory === undefined) return undefined;
  return { hourly: (sharedCores.get(name) ?? size.cpus) * core + size.memory * memory };
}

/** The price of what a description names in a region: the last tier, as the first may be free. */
function rateOf(
  skus: readonly Sku[],
  region: string,
  unit: string,
  isNamed: (description: string) => boolean,
): number | undefined {
  const found = skus.find(
    ({ description, serviceRegions, pricingInfo }) =>
      serviceRegions.includes(region) && isNamed(description) && pricingInfo[0]?.pricingExpression.usageUnit === unit,
  );
  const price = found?.pricingInfo[0]?.pricingExpression.tieredRates.at(-1)?.unitPrice;
  return price && Number(price.units) + price.nanos / 1e9;
}

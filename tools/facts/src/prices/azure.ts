import { setting } from "@infra/inventory";
import { z } from "zod";
import { type Api, get } from "../readers/http.js";
import { type LivePrice, type LivePrices, type Priced, wordOf } from "./live.js";

const item = z.object({
  armRegionName: z.string(),
  armSkuName: z.string(),
  skuName: z.string(),
  productName: z.string(),
  meterName: z.string(),
  retailPrice: z.number(),
  unitOfMeasure: z.string(),
});

const page = z.object({ BillingCurrency: z.string(), Items: z.array(item), NextPageLink: z.string().nullish() });

type Item = z.output<typeof item>;

/** What the region of an entry without one is: disks cost the same in most regions. */
const usual = "eastus";

/** Kinds of managed disks: https://learn.microsoft.com/en-us/azure/virtual-machines/disks-types. */
const disks = new Map([
  ["Premium_LRS", { product: "Premium SSD Managed Disks", letter: "P" }],
  ["StandardSSD_LRS", { product: "Standard SSD Managed Disks", letter: "E" }],
]);

/** Numbers of the sizes of disks, and the largest disk in GiB that pays for them. */
const diskSizes = new Map([
  [4, 32],
  [6, 64],
  [10, 128],
  [15, 256],
  [20, 512],
  [30, 1024],
  [40, 2048],
  [50, 4096],
]);

/** Reads Azure's retail prices of virtual machines and of disks; they want no account. */
export async function azure(regions: readonly string[]): Promise<LivePrices> {
  const url = setting(process.env, "AZURE_PRICES_URL") ?? "https://prices.azure.com";
  const api: Api = { url };
  const items: Item[] = [];
  for (const region of regions) {
    items.push(...(await itemsOf(api, `serviceName eq 'Virtual Machines' and armRegionName eq '${region}'`)));
    items.push(...(await itemsOf(api, `serviceName eq 'Storage' and armRegionName eq '${region}'`)));
  }
  return { currency: "USD", priceOf: (thing) => priceIn(items, thing) };
}

async function itemsOf(api: Api, filter: string): Promise<Item[]> {
  const query = new URLSearchParams({
    currencyCode: "USD",
    $filter: `${filter} and priceType eq 'Consumption'`,
  });
  const found: Item[] = [];
  for (let skip: number | undefined = 0; skip !== undefined;) {
    const path: string = `/api/retail/prices?${String(query)}${skip > 0 ? `&$skip=${String(skip)}` : ""}`;
    const { Items, BillingCurrency, NextPageLink } = await get(api, path, page);
    if (BillingCurrency !== "USD") throw new Error(`${api.url} answered in ${BillingCurrency}, not in USD`);
    found.push(...Items);
    skip = skipOf(NextPageLink, skip);
  }
  return found;
}

/** How many items come before the next page. Its address is not followed: only the number is taken. */
function skipOf(link: string | null | undefined, now: number): number | undefined {
  if (!link) return undefined;
  const next = Number(new URL(link).searchParams.get("$skip"));
  if (!(next > now)) throw new Error(`the page after ${String(now)} items begins at ${String(next)}`);
  return next;
}

function priceIn(items: readonly Item[], thing: Priced): LivePrice | undefined {
  const region = wordOf(thing, "region") || usual;
  const here = items.filter(({ armRegionName }) => armRegionName === region);
  const kind = wordOf(thing, "storage_account_type") || wordOf(thing, "os_disk.0.storage_account_type");
  if (kind !== "") return diskPrice(here, kind);
  return thing.part === "machine" ? machinePrice(here, wordOf(thing, "size")) : undefined;
}

/** The price of a machine with Linux that cannot be taken away. */
function machinePrice(items: readonly Item[], size: string): LivePrice | undefined {
  const found = items.find(
    ({ armSkuName, productName, skuName, unitOfMeasure }) =>
      armSkuName === size &&
      unitOfMeasure === "1 Hour" &&
      !productName.includes("Windows") &&
      !/Spot|Low Priority/.test(skuName),
  );
  return found && { hourly: found.retailPrice };
}

function diskPrice(items: readonly Item[], kind: string): LivePrice | undefined {
  const disk = disks.get(kind);
  if (!disk) return undefined;
  const steps = [...diskSizes].flatMap(([number, upTo]) => {
    const name = `${disk.letter}${String(number)} LRS`;
    const found = items.find(
      ({ productName, skuName, meterName, unitOfMeasure }) =>
        productName === disk.product && skuName === name && meterName === `${name} Disk` && unitOfMeasure === "1/Month",
    );
    return found ? [{ upTo, monthly: found.retailPrice }] : [];
  });
  return steps.length === diskSizes.size ? { steps } : undefined;
}

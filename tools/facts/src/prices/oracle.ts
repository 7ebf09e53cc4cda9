import { setting } from "@infra/inventory";
import { z } from "zod";
import { type Api, get } from "../readers/http.js";
import { type LivePrice, type LivePrices, type Priced, wordOf } from "./live.js";

const price = z.object({ model: z.string(), value: z.number() });

const products = z.object({
  items: z.array(
    z.object({
      partNumber: z.string(),
      currencyCodeLocalizations: z.array(z.object({ currencyCode: z.string(), prices: z.array(price) })),
    }),
  ),
});

/** Part numbers of cores and of memory, by shape: https://www.oracle.com/cloud/price-list/. */
const shapes: ReadonlyMap<string, { readonly ocpus: string; readonly memory: string }> = new Map([
  ["VM.Standard.E4.Flex", { ocpus: "B93113", memory: "B93114" }],
  ["VM.Standard.E5.Flex", { ocpus: "B97384", memory: "B97385" }],
  ["VM.Standard.E6.Flex", { ocpus: "B111129", memory: "B111130" }],
  ["VM.Standard.A1.Flex", { ocpus: "B93297", memory: "B93298" }],
  ["VM.Standard.A2.Flex", { ocpus: "B109529", memory: "B109530" }],
  ["VM.Standard.A4.Flex", { ocpus: "B112145", memory: "B112146" }],
]);

/** Part numbers of a block volume's storage per GB and month, and of each unit of performance (VPU) per GB and month. */
const volume = { storage: "B91961", performance: "B91962" };

/** Performance units per GB of a volume that names none, and of every boot volume. */
const balanced = 10;

/** Reads the products of Oracle's public price service, in US dollars; it wants no account. */
export async function oracle(): Promise<LivePrices> {
  const url = setting(process.env, "ORACLE_PRICES_URL") ?? "https://apexapps.oracle.com/pls/apex/cetools/api/v1";
  const api: Api = { url };
  const { items } = await get(api, "/products/?currencyCode=USD", products);
  const values = new Map(
    items.map(({ partNumber, currencyCodeLocalizations }) => [partNumber, paid(currencyCodeLocalizations)]),
  );
  return { currency: "USD", priceOf: (thing) => priceIn((part) => values.get(part), thing) };
}

/** What is paid once the free part is used up: it is listed first, as 0. */
function paid(localizations: z.output<typeof products>["items"][number]["currencyCodeLocalizations"]) {
  return localizations
    .find(({ currencyCode }) => currencyCode === "USD")
    ?.prices.find(({ model, value }) => model === "PAY_AS_YOU_GO" && value > 0)?.value;
}

function priceIn(valueOf: (part: string) => number | undefined, thing: Priced): LivePrice | undefined {
  const { type, part } = thing;
  const numbers = shapes.get(wordOf(thing, "shape"));
  if (type === "oci_core_instance" && part === "boot volume") return perGb(valueOf, balanced);
  if (type === "oci_core_instance" && numbers && (part === "ocpus" || part === "memory"))
    return hourly(valueOf(numbers[part]));
  if (type !== "oci_core_volume") return undefined;
  const units = wordOf(thing, "vpus_per_gb");
  return perGb(valueOf, units === "" ? balanced : Number(units));
}

function hourly(value: number | undefined): LivePrice | undefined {
  return value === undefined ? undefined : { hourly: value };
}

function perGb(valueOf: (part: string) => number | undefined, units: number): LivePrice | undefined {
  const [storage, performance] = [valueOf(volume.storage), valueOf(volume.performance)];
  if (storage === undefined || performance === undefined) return undefined;
  return { monthly: storage + units * performance };
}

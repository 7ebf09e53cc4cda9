import { afterEach, describe, expect, it, vi } from "vitest";
import { type LivePrices, type Priced, priceReaders, type PriceReader } from "./prices/index.js";
import { type Answer, type Loopback, serve } from "./testing/loopback.js";

let server: Loopback | undefined;
afterEach(() => {
  server?.close();
  vi.unstubAllEnvs();
});

/** Serves answers, and points a variable at them. */
async function answer(variable: string, path: string, answers: (url: URL) => Answer | undefined): Promise<Loopback> {
  server = await serve(answers);
  vi.stubEnv(variable, `${server.url}${path}`);
  return server;
}

const read = (cloud: string, regions: readonly string[] = []) =>
  (priceReaders as Record<string, PriceReader>)[cloud]?.(regions) as Promise<LivePrices>;

const thing = (type: string, part: string | undefined, when: Record<string, unknown>): Priced => ({ type, part, when });

describe("the prices of Hetzner", () => {
  const at = (location: string, net: string) => ({
    location,
    price_hourly: { net: "0.0080", gross: "0.0095" },
    price_monthly: { net, gross: "9.9900000000" },
    included_traffic: 21990232555520,
  });
  const pricing = {
    pricing: {
      currency: "EUR",
      vat_rate: "19.00",
      image: { price_per_gb_month: { net: "0.0110", gross: "0.0131" } },
      floating_ips: [{ type: "ipv4", prices: [at("fsn1", "3.0000000000")] }],
      primary_ips: [{ type: "ipv4", prices: [at("fsn1", "0.5000000000")] }],
      server_types: [{ id: 22, name: "cpx22", prices: [at("fsn1", "19.4900000000"), at("sin", "26.4900000000")] }],
      load_balancer_types: [{ id: 1, name: "lb11", prices: [at("fsn1", "7.4900000000")] }],
      volume: { price_per_gb_month: { net: "0.0572000000", gross: "0.0681" } },
    },
  };

  it("are the net prices per month, by location", async () => {
    vi.stubEnv("HCLOUD_TOKEN", "secret-token");
    await answer("HCLOUD_ENDPOINT", "", ({ pathname }) => (pathname === "/pricing" ? { body: pricing } : undefined));
    const { currency, priceOf } = await read("hetzner");
    expect(currency).toBe("EUR");
    expect(priceOf(thing("hcloud_server", "server", { server_type: "cpx22", region: "sin" }))).toEqual({
      monthly: 26.49,
    });
    expect(priceOf(thing("hcloud_server", "server", { server_type: "cpx22", region: "ash" }))).toBeUndefined();
    expect(priceOf(thing("hcloud_server", "address", {}))).toEqual({ monthly: 0.5 });
    expect(priceOf(thing("hcloud_load_balancer", undefined, { load_balancer_type: "lb11" }))).toEqual({
      monthly: 7.49,
    });
    expect(priceOf(thing("hcloud_volume", undefined, {}))).toEqual({ monthly: 0.0572 });
    expect(priceOf(thing("hcloud_floating_ip", undefined, { type: "ipv4" }))).toEqual({ monthly: 3 });
    expect(priceOf(thing("hcloud_network", undefined, {}))).toBeUndefined();
  });

  it("want a token, and an answer of their shape", async () => {
    vi.stubEnv("HCLOUD_TOKEN", "");
    await expect(read("hetzner")).rejects.toThrow("HCLOUD_TOKEN is not set");
    vi.stubEnv("HCLOUD_TOKEN", "secret-token");
    await answer("HCLOUD_ENDPOINT", "", () => ({ body: { pricing: { currency: "EUR" } } }));
    await expect(read("hetzner")).rejects.toThrow(/\/pricing answered something else/);
  });
});

describe("the prices of DigitalOcean", () => {
  it("are those of all pages", async () => {
    vi.stubEnv("DIGITALOCEAN_TOKEN", "secret-token");
    await answer("DIGITALOCEAN_API_URL", "", (url) => {
      const page = Number(url.searchParams.get("page"));
      const next = `https://elsewhere.example/v2/sizes?page=2`;
      const size = { slug: page === 1 ? "s-1vcpu-1gb" : "s-2vcpu-4gb", price_monthly: page * 6, price_hourly: 0.00893 };
      return { body: { sizes: [size], links: page === 1 ? { pages: { next } } : {}, meta: { total: 2 } } };
    });
    const { priceOf } = await read("digitalocean");
    expect(priceOf(thing("digitalocean_droplet", "droplet", { size: "s-1vcpu-1gb" }))).toEqual({ monthly: 6 });
    expect(priceOf(thing("digitalocean_droplet", "droplet", { size: "s-2vcpu-4gb" }))).toEqual({ monthly: 12 });
    expect(priceOf(thing("digitalocean_volume", undefined, {}))).toBeUndefined();
  });
});

describe("the prices of Oracle", () => {
  const item = (partNumber: string, ...values: readonly number[]) => ({
    partNumber,
    displayName: "Compute",
    metricName: "OCPU Per Hour",
    serviceCategory: "Compute - Virtual Machine",
    currencyCodeLocalizations: [
      { currencyCode: "USD", prices: values.map((value) => ({ model: "PAY_AS_YOU_GO", value })) },
    ],
  });

  it("pass over the free part, which is listed first", async () => {
    const items = [
      item("B93297", 0, 0.01),
      item("B93298", 0),
      item("B93113", 0.025),
      item("B91961", 0.0255),
      item("B91962", 0.0017),
    ];
    const { asked } = await answer("ORACLE_PRICES_URL", "/api/v1", () => ({ body: { items } }));
    const { priceOf } = await read("oracle");
    expect(asked).toEqual(["/api/v1/products/?currencyCode=USD"]);
    const core = (shape: string, part: string) => priceOf(thing("oci_core_instance", part, { shape }));
    expect(core("VM.Standard.A1.Flex", "ocpus")).toEqual({ hourly: 0.01 });
    expect(core("VM.Standard.A1.Flex", "memory")).toBeUndefined();
    expect(core("VM.Standard.E4.Flex", "ocpus")).toEqual({ hourly: 0.025 });
    expect(priceOf(thing("oci_core_instance", "boot volume", {}))?.monthly).toBeCloseTo(0.0425);
    expect(priceOf(thing("oci_core_volume", undefined, { vpus_per_gb: "20" }))?.monthly).toBeCloseTo(0.0595);
  });
});

describe("the prices of Azure", () => {
  const item = (armSkuName: string, retailPrice: number, more: object = {}) => ({
    currencyCode: "USD",
    tierMinimumUnits: 0,
    retailPrice,
    unitPrice: retailPrice,
    armRegionName: "eastus",
    location: "US East",
    meterName: "B2s",
    productName: "Virtual Machines BS Series",
    skuName: "B2s",
    serviceName: "Virtual Machines",
    unitOfMeasure: "1 Hour",
    type: "Consumption",
    armSkuName,
    ...more,
  });

  it("are those of Linux that stays, from all pages, of each region that is asked for", async () => {
    const { asked } = await answer("AZURE_PRICES_URL", "", (url) => {
      const filter = url.searchParams.get("$filter") ?? "";
      const machines = filter.includes("'Virtual Machines'");
      const first = url.searchParams.get("$skip") === null;
      const spot = item("Standard_B2s", 0.01, { skuName: "B2s Spot" });
      const windows = item("Standard_B2s", 0.05, { productName: "Virtual Machines BS Series Windows" });
      const Items = !machines ? [] : first ? [spot, windows] : [item("Standard_B2s", 0.0416)];
      const more = `https://elsewhere.example:443/api/retail/prices?$filter=x&$skip=1000`;
      return {
        body: { BillingCurrency: "USD", Items, NextPageLink: machines && first ? more : null, Count: Items.length },
      };
    });
    const { priceOf } = await read("azure", ["eastus"]);
    expect(asked).toHaveLength(3);
    const machine = (size: string) =>
      priceOf(thing("azurerm_linux_virtual_machine", "machine", { size, region: "eastus" }));
    expect(machine("Standard_B2s")).toEqual({ hourly: 0.0416 });
    expect(machine("Standard_B1ms")).toBeUndefined();
  });

  it("are those of disks by their size, where all sizes are listed", async () => {
    const disk = (number: number, price: number) =>
      item("", price, {
        productName: "Premium SSD Managed Disks",
        skuName: `P${String(number)} LRS`,
        meterName: `P${String(number)} LRS Disk`,
        unitOfMeasure: "1/Month",
      });
    const numbers = [4, 6, 10, 15, 20, 30, 40, 50];
    await answer("AZURE_PRICES_URL", "", (url) => {
      const storage = (url.searchParams.get("$filter") ?? "").includes("'Storage'");
      return { body: { BillingCurrency: "USD", Items: storage ? numbers.map((each) => disk(each, each)) : [] } };
    });
    const { priceOf } = await read("azure", ["eastus"]);
    const found = priceOf(thing("azurerm_managed_disk", undefined, { storage_account_type: "Premium_LRS" }));
    expect(found?.steps).toHaveLength(8);
    expect(found?.steps?.[0]).toEqual({ upTo: 32, monthly: 4 });
    expect(
      priceOf(thing("azurerm_managed_disk", undefined, { storage_account_type: "StandardSSD_LRS" })),
    ).toBeUndefined();
  });

  it("are asked for again when the service is busy, and end with what it answered", async () => {
    let asked = 0;
    await answer("AZURE_PRICES_URL", "", () => {
      asked += 1;
      return asked === 1 ? { status: 429, body: {} } : { body: { BillingCurrency: "USD", Items: [] } };
    });
    await read("azure", ["eastus"]);
    expect(asked).toBe(3);
    server?.close();
    await answer("AZURE_PRICES_URL", "", () => ({ status: 500, body: "down" }));
    await expect(read("azure", ["eastus"])).rejects.toThrow(/answered 500, 4 times$/);
  });

  it("refuse pages that never end, and another currency", async () => {
    const NextPageLink = "https://elsewhere.example/api/retail/prices?$skip=0";
    await answer("AZURE_PRICES_URL", "", () => ({ body: { BillingCurrency: "USD", Items: [], NextPageLink } }));
    await expect(read("azure", ["eastus"])).rejects.toThrow(/begins at 0/);
    server?.close();
    await answer("AZURE_PRICES_URL", "", () => ({ body: { BillingCurrency: "EUR", Items: [] } }));
    await expect(read("azure", ["eastus"])).rejects.toThrow(/answered in EUR/);
  });
});

describe("the prices of AWS", () => {
  const header = [
    ...["SKU", "OfferTermCode", "TermType", "PriceDescription", "StartingRange", "EndingRange", "Unit", "PricePerUnit"],
    ...["Currency", "Product Family", "serviceCode", "Location", "Region Code", "Instance Type", "Tenancy"],
    ...["Operating System", "Volume API Name", "usageType", "operation", "CapacityStatus", "Pre Installed S/W"],
  ];
  const instance = {
    TermType: "OnDemand",
    Unit: "Hrs",
    PricePerUnit: "0.0480000000",
    Currency: "USD",
    "Product Family": "Compute Instance",
    "Region Code": "eu-central-1",
    "Instance Type": "t3.medium",
    Tenancy: "Shared",
    "Operating System": "Linux",
    usageType: "EUC1-BoxUsage:t3.medium",
    CapacityStatus: "Used",
    "Pre Installed S/W": "NA",
  };
  const preamble = [
    ["FormatVersion", "v1.0"],
    ["Disclaimer", "This pricing list is for informational purposes only, see the pages of the services."],
    ["Publication Date", "2026-11-20T10:00:00Z"],
    ["Version", "20261120100000"],
    ["OfferCode", "AmazonEC2"],
  ];
  const csv = (rows: readonly Record<string, string>[]) =>
    [...preamble, header, ...rows.map((row) => header.map((column) => row[column] ?? ""))]
      .map((cells) => cells.map((cell) => `"${cell}"`).join(","))
      .join("\n");

  it("are those of Linux on shared hardware, read line by line", async () => {
    const { asked } = await answer("AWS_PRICES_URL", "", ({ pathname }) => {
      if (pathname.includes("/AmazonVPC/"))
        return {
          body: csv([
            {
              ...instance,
              "Product Family": "VpcPublicIPv4Address",
              usageType: "EUC1-PublicIPv4:InUseAddress",
              PricePerUnit: "0.005",
            },
          ]),
        };
      if (!pathname.includes("/AmazonEC2/")) return { body: csv([]) };
      return {
        body: csv([
          { ...instance, "Operating System": "Windows", PricePerUnit: "0.9" },
          { ...instance, TermType: "Reserved", PricePerUnit: "0.01" },
          { ...instance, CapacityStatus: "UnusedCapacityReservation", PricePerUnit: "0.02" },
          instance,
          { ...instance, "Product Family": "Storage", Unit: "GB-Mo", "Volume API Name": "gp3", PricePerUnit: "0.0952" },
          {
            ...instance,
            "Product Family": "NAT Gateway",
            usageType: "EUC1-NatGateway-Hours",
            PricePerUnit: "0.052",
          },
        ]),
      };
    });
    const { priceOf } = await read("aws", ["eu-central-1"]);
    expect(asked).toContain("/offers/v1.0/aws/AmazonEC2/current/eu-central-1/index.csv");
    const region = "eu-central-1";
    expect(priceOf(thing("aws_instance", "instance", { instance_type: "t3.medium", region }))).toEqual({
      hourly: 0.048,
    });
    expect(priceOf(thing("aws_ebs_volume", undefined, { type: "gp3", region }))).toEqual({ monthly: 0.0952 });
    expect(priceOf(thing("aws_nat_gateway", "gateway", { region }))).toEqual({ hourly: 0.052 });
    expect(priceOf(thing("aws_eip", undefined, {}))).toEqual({ hourly: 0.005 });
    expect(priceOf(thing("aws_lb", "load balancer", { region }))).toBeUndefined();
  });

  it("refuse a list with other columns", async () => {
    await answer("AWS_PRICES_URL", "", () => ({ body: `${"x\n".repeat(5)}"SKU","Price"\n"1","2"\n` }));
    await expect(read("aws", ["eu-central-1"])).rejects.toThrow(/index\.csv has other columns/);
  });
});

describe("the prices of Google Cloud", () => {
  const sku = (description: string, usageUnit: string, nanos: number, usageType = "OnDemand") => ({
    name: "services/6F81-5844-456A/skus/0000-0000-0000",
    skuId: "0000-0000-0000",
    description,
    category: { serviceDisplayName: "Compute Engine", resourceFamily: "Compute", resourceGroup: "CPU", usageType },
    serviceRegions: ["europe-west3"],
    pricingInfo: [
      {
        pricingExpression: {
          usageUnit,
          tieredRates: [{ startUsageAmount: 0, unitPrice: { currencyCode: "USD", units: "0", nanos } }],
        },
      },
    ],
    serviceProviderName: "Google",
  });

  it("are those of cores and memory together, from all pages", async () => {
    const pages = [
      [
        sku("Spot Preemptible E2 Instance Core running in Frankfurt", "h", 1, "Preemptible"),
        sku("E2 Instance Core running in Frankfurt", "h", 28_103_000),
      ],
      [
        sku("E2 Instance Ram running in Frankfurt", "GiBy.h", 3_766_000),
        sku("Balanced PD Capacity in Frankfurt", "GiBy.mo", 120_000_000),
      ],
    ];
    await answer("GCP_BILLING_URL", "", (url) => {
      const page = url.searchParams.get("pageToken") === "" ? 0 : 1;
      return { body: { skus: pages[page], nextPageToken: page === 0 ? "more" : "" } };
    });
    vi.stubEnv("GCP_BILLING_API_KEY", "secret-key");
    const { priceOf } = await read("gcp");
    const region = "europe-west3";
    const machine = (machine_type: string) =>
      priceOf(thing("google_compute_instance", "instance", { machine_type, region }))?.hourly;
    expect(machine("e2-standard-2")).toBeCloseTo(2 * 0.028103 + 8 * 0.003766);
    expect(machine("e2-medium")).toBeCloseTo(0.028103 + 4 * 0.003766);
    expect(machine("n2-standard-64")).toBeUndefined();
    expect(priceOf(thing("google_compute_disk", undefined, { type: "pd-balanced", region }))).toEqual({
      monthly: 0.12,
    });
  });

  it("want a key, which no error shows", async () => {
    vi.stubEnv("GCP_BILLING_API_KEY", "");
    await expect(read("gcp")).rejects.toThrow("GCP_BILLING_API_KEY is not set");
    vi.stubEnv("GCP_BILLING_API_KEY", "secret-key");
    await answer("GCP_BILLING_URL", "", () => ({ status: 403, body: {} }));
    const failure = await read("gcp").catch(String);
    expect(failure).toMatch(/answered 403/);
    expect(failure).not.toContain("secret-key");
  });
});

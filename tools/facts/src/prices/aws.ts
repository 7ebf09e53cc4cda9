import { setting } from "@infra/inventory";
import { parse } from "csv-parse";
import { Readable } from "node:stream";
import { type ReadableStream } from "node:stream/web";
import { z } from "zod";
import { type Api, open } from "../readers/http.js";
import { type LivePrice, type LivePrices, type Priced, wordOf } from "./live.js";

/** Columns of a price list that are used; the file has about ninety. */
const row = z.object({
  TermType: z.string(),
  Unit: z.string(),
  PricePerUnit: z.coerce.number(),
  Currency: z.string(),
  "Product Family": z.string(),
  usageType: z.string(),
  "Region Code": z.string(),
  "Instance Type": z.string().default(""),
  "Operating System": z.string().default(""),
  Tenancy: z.string().default(""),
  CapacityStatus: z.string().default(""),
  "Pre Installed S/W": z.string().default(""),
  "Volume API Name": z.string().default(""),
});

type Row = z.output<typeof row>;

/** Lines before the header: version, disclaimer, day of publication, version and code of the offer. */
const preamble = 5;

/** The price lists that are read, and the name of what a line of theirs is a price of. */
const offers: Readonly<Record<string, (line: Row) => string | undefined>> = {
  AmazonEC2: (line) => instanceOf(line) ?? volumeOf(line) ?? gatewayOf(line),
  AmazonVPC: (line) =>
    line.usageType.endsWith("PublicIPv4:InUseAddress") && line.Unit === "Hrs" ? "address" : undefined,
  AWSELB: (line) =>
    line["Product Family"] === "Load Balancer-Network" && line.usageType.endsWith("LoadBalancerUsage")
      ? "load balancer"
      : undefined,
};

/**
 * Reads the price lists that AWS publishes per service and region; they want no account. A list of EC2 is some hundred MB, so it is read
 * line by line and never held.
 */
export async function aws(regions: readonly string[]): Promise<LivePrices> {
  const url = setting(process.env, "AWS_PRICES_URL") ?? "https://pricing.us-east-1.amazonaws.com";
  const amounts = new Map<string, number>();
  for (const region of regions)
    for (const [offer, nameOf] of Object.entries(offers)) await readOffer({ url }, offer, region, nameOf, amounts);
  return { currency: "USD", priceOf: (thing) => priceIn(amounts, thing) };
}

async function readOffer(
  api: Api,
  offer: string,
  region: string,
  nameOf: (line: Row) => string | undefined,
  amounts: Map<string, number>,
): Promise<void> {
  const path = `/offers/v1.0/aws/${offer}/current/${region}/index.csv`;
  const { body } = await open(api, path);
  const lines = Readable.fromWeb(body as ReadableStream).pipe(
    parse({ columns: true, from_line: preamble + 1, relax_column_count: true }),
  );
  for await (const line of lines) {
    const parsed = row.safeParse(line);
    if (!parsed.success) throw new Error(`${api.url}${path} has other columns: ${z.prettifyError(parsed.error)}`);
    const { TermType, PricePerUnit, Currency, "Region Code": code } = parsed.data;
    if (TermType !== "OnDemand" || PricePerUnit === 0 || Currency !== "USD" || code !== region) continue;
    const name = nameOf(parsed.data);
    if (name !== undefined) amounts.set(`${name} ${region}`, PricePerUnit);
  }
}

function instanceOf(line: Row): string | undefined {
  const plain =
    line["Product Family"].startsWith("Compute Instance") &&
    line["Operating System"] === "Linux" &&
    line.Tenancy === "Shared" &&
    line.CapacityStatus === "Used" &&
    line["Pre Installed S/W"] === "NA" &&
    line.Unit === "Hrs";
  return plain ? `instance ${line["Instance Type"]}` : undefined;
}

function volumeOf(line: Row): string | undefined {
  const plain = line["Product Family"] === "Storage" && line.Unit === "GB-Mo" && line["Volume API Name"] !== "";
  return plain ? `volume ${line["Volume API Name"]}` : undefined;
}

function gatewayOf(line: Row): string | undefined {
  const plain = line["Product Family"] === "NAT Gateway" && line.usageType.endsWith("NatGateway-Hours");
  return plain ? "gateway" : undefined;
}

function priceIn(amounts: ReadonlyMap<string, number>, thing: Priced): LivePrice | undefined {
  const region = wordOf(thing, "region");
  const at = (name: string) => amounts.get(`${name} ${region}`);
  const hourly = (value: number | undefined) => (value === undefined ? undefined : { hourly: value });
  switch (`${thing.type}/${thing.part ?? ""}`) {
    case "aws_instance/instance":
      return hourly(at(`instance ${wordOf(thing, "instance_type")}`));
    case "aws_instance/root disk":
      return monthly(at(`volume ${wordOf(thing, "root_block_device.0.volume_type")}`));
    case "aws_ebs_volume/":
      return monthly(at(`volume ${wordOf(thing, "type")}`));
    case "aws_instance/address":
    case "aws_eip/":
      return hourly(everywhere(amounts, "address "));
    case "aws_nat_gateway/gateway":
      return hourly(at("gateway"));
    case "aws_lb/load balancer":
      return hourly(at("load balancer"));
    default:
      return undefined;
  }
}

function monthly(value: number | undefined): LivePrice | undefined {
  return value === undefined ? undefined : { monthly: value };
}

/** A price that is the same in every region that was read. @returns undefined when it is not */
function everywhere(amounts: ReadonlyMap<string, number>, prefix: string): number | undefined {
  const values = new Set([...amounts].flatMap(([name, value]) => (name.startsWith(prefix) ? [value] : [])));
  return values.size === 1 ? [...values][0] : undefined;
}

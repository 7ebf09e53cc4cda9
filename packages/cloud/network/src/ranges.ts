import { type Construct, contains, DeploymentStack, overlap, prefixOf, problemAt } from "@infra/core";
import type { ProviderName } from "@infra/inventory";
import type { NetworkConfig } from "./contract.js";

/** The ranges of networks that a cloud takes. */
interface RangeLimits {
  /** Prefix length of the largest network. */
  readonly largest: number;
  /** Prefix length of the smallest network. */
  readonly smallest: number;
  /** Ranges that hold every network. @default - any private range */
  readonly within?: readonly string[];
  /** Ranges that the cloud keeps for itself. @default - none */
  readonly reserved?: readonly string[];
  /** Where the cloud says so. */
  readonly source: string;
}

/** RFC 1918. */
const rfc1918 = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

const limits: Readonly<Partial<Record<ProviderName, RangeLimits>>> = {
  aws: { largest: 16, smallest: 28, source: "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html" },
  oracle: {
    largest: 16,
    smallest: 30,
    source: "https://docs.oracle.com/en-us/iaas/Content/Network/Tasks/VCNs.htm",
  },
  hetzner: {
    largest: 8,
    smallest: 24,
    within: rfc1918,
    source: "https://docs.hetzner.com/networking/networks/faq/",
  },
  digitalocean: {
    largest: 16,
    smallest: 28,
    within: rfc1918,
    reserved: ["10.244.0.0/16", "10.245.0.0/16", "10.246.0.0/24", "10.229.0.0/16"],
    source: "https://docs.digitalocean.com/products/networking/vpc/details/limits/",
  },
};

/** Refuses a range that the cloud of the deployment does not take. @throws InfraError */
export function checkRange(scope: Construct, { cidr }: Pick<NetworkConfig, "cidr">): void {
  const { provider } = DeploymentStack.of(scope).context.settings;
  const found = limits[provider];
  if (!found) return;
  const { largest, smallest, within = [cidr], reserved = [] } = found;
  const problem = (rule: string, remedy: string) =>
    problemAt(scope, ["cidr"], `${provider}: ${JSON.stringify(cidr)} ${rule}`, remedy);
  const prefixes = `Choose a prefix between /${String(largest)} and /${String(Math.min(smallest, 28))}`;
  if (prefixOf(cidr) < largest) throw problem(`is larger than a /${String(largest)}`, prefixes);
  if (prefixOf(cidr) > smallest) throw problem(`is smaller than a /${String(smallest)}`, prefixes);
  if (!within.some((range) => contains(range, cidr)))
    throw problem("is not a range for private networks there", `Choose a range inside ${within.join(", ")}`);
  const own = reserved.find((range) => overlap(range, cidr));
  if (own !== undefined) throw problem(`overlaps ${own}, which the cloud keeps for itself`, "Choose another range");
}

import { createHash } from "node:crypto";

/** The hexadecimal digest that every made-up value is cut from. */
export const digest = (...parts: readonly string[]): string =>
  createHash("sha256").update(parts.join("\n")).digest("hex");

/** A number of `[0, below)` from a digest. */
export const numberFrom = (hex: string, below: number): number =>
  Number(BigInt(`0x${hex.slice(0, 15)}`) % BigInt(below));

/** What aws puts before the id of a kind of object, where it is not the last word of the type. */
const awsPrefixes: Readonly<Record<string, string>> = {
  aws_ami: "ami",
  aws_customer_gateway: "cgw",
  aws_ebs_snapshot: "snap",
  aws_ebs_volume: "vol",
  aws_egress_only_internet_gateway: "eigw",
  aws_eip: "eipalloc",
  aws_eip_association: "eipassoc",
  aws_flow_log: "fl",
  aws_instance: "i",
  aws_internet_gateway: "igw",
  aws_key_pair: "key",
  aws_launch_template: "lt",
  aws_nat_gateway: "nat",
  aws_network_acl: "acl",
  aws_network_interface: "eni",
  aws_placement_group: "pg",
  aws_route_table: "rtb",
  aws_route_table_association: "rtbassoc",
  aws_security_group: "sg",
  aws_security_group_rule: "sgrule",
  aws_subnet: "subnet",
  aws_volume_attachment: "vai",
  aws_vpc: "vpc",
  aws_vpc_dhcp_options: "dopt",
  aws_vpc_endpoint: "vpce",
  aws_vpc_peering_connection: "pcx",
  aws_vpc_security_group_egress_rule: "sgr",
  aws_vpc_security_group_ingress_rule: "sgr",
};

/** Names of aws objects as attributes call them: the longest that an attribute's name ends with decides. */
const awsNouns = Object.entries(awsPrefixes)
  .map(([type, prefix]) => ({ noun: type.slice("aws_".length), prefix }))
  .sort((a, b) => b.noun.length - a.noun.length);

/**
 * An id in the style of the provider.
 * @param type the resource or data source type that the id is of
 */
export function idOf(type: string, hex: string): string {
  switch (type.split("_")[0]) {
    case "aws":
      return `${awsPrefixes[type] ?? type.split("_").at(-1)}-0${hex.slice(0, 16)}`;
    case "hcloud":
    case "digitalocean":
      return String(1_000_000_000 + numberFrom(hex, 9_000_000_000));
    case "oci":
      return `ocid1.${type.split("_").slice(2).join("")}.oc1..${hex.slice(0, 60)}`;
    default:
      return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
  }
}

/** The id of another object, in an attribute such as `default_route_table_id`. */
export function referenceOf(type: string, attribute: string, hex: string): string {
  if (!type.startsWith("aws_")) return idOf(type, hex);
  const noun = attribute.replace(/_ids?$/, "");
  const known = awsNouns.find((entry) => noun === entry.noun || noun.endsWith(`_${entry.noun}`));
  return `${known?.prefix ?? noun.split("_").at(-1)}-0${hex.slice(0, 16)}`;
}

/** The Amazon resource name of an object. */
export function arnOf(type: string, region: string, id: string): string {
  const [, ...words] = type.split("_");
  const service = awsPrefixes[type] === undefined ? (words[0] ?? "mock") : "ec2";
  const kind = (service === words[0] ? words.slice(1) : words).join("-");
  return `arn:aws:${service}:${region}:123456789012:${kind}/${id}`;
}

import type { ProviderName } from "@infra/inventory";
import type { PlannedResource } from "./plan.js";
import { Value } from "./value.js";

/** What a part of a firewall lets in, as far as the plan knows it. */
export interface Opening {
  /** Where it stands in the resource: `rule[0]`. @default - the resource is one rule */
  readonly place?: string;
  /** Does it let traffic in? */
  readonly allowsInbound: boolean;
  /** Does it let TCP through? */
  readonly isTcp: boolean | "unknown";
  /** Its ports, first and last. */
  readonly ports: readonly (readonly [first: number, last: number])[] | "unknown";
  /** Where from: networks and the cloud's own words, as far as they are known. */
  readonly sources: readonly string[];
  /** Are there sources that are known only after the apply? */
  readonly hasUnknownSources: boolean;
}

type Reader = (resource: PlannedResource) => readonly Opening[];

/** Stands for any address, where a cloud says so by leaving the sources out. */
export const anywhere = "anywhere";

const everyPort = [[0, 65_535]] as const;

/** How to read what a resource lets in, by cloud and type. */
export const readers: Readonly<Partial<Record<ProviderName, Readonly<Record<string, Reader>>>>> = {
  aws: {
    aws_security_group: (each) => blocksOf(each.values, "ingress", awsBlock),
    aws_default_security_group: (each) => blocksOf(each.values, "ingress", awsBlock),
    aws_security_group_rule: ({ values }) => [{ ...awsBlock(values), allowsInbound: values.at("type").is("ingress") }],
    aws_vpc_security_group_ingress_rule: ({ values }) => [
      {
        allowsInbound: true,
        isTcp: isOneOf(values.at("ip_protocol"), ["-1", "tcp", "6"]),
        ports: awsPorts(values, "ip_protocol"),
        ...sourcesOf(values.at("cidr_ipv4"), values.at("cidr_ipv6")),
      },
    ],
  },
  gcp: {
    google_compute_firewall: (each) => blocksOf(each.values, "allow", (allow) => gcpAllow(each.values, allow)),
    google_compute_firewall_policy_rule: ({ values }) => gcpPolicyRule(values),
    google_compute_network_firewall_policy_rule: ({ values }) => gcpPolicyRule(values),
    google_compute_region_network_firewall_policy_rule: ({ values }) => gcpPolicyRule(values),
  },
  azure: {
    azurerm_network_security_rule: ({ values }) => [azureRule(values)],
    azurerm_network_security_group: (each) => blocksOf(each.values, "security_rule", azureRule),
  },
  oracle: {
    oci_core_network_security_group_security_rule: ({ values }) => [
      oracleRule(values, values.block("tcp_options").block("destination_port_range"), values.at("direction")),
    ],
    oci_core_security_list: (each) => blocksOf(each.values, "ingress_security_rules", oracleListRule),
    oci_core_default_security_list: (each) => blocksOf(each.values, "ingress_security_rules", oracleListRule),
  },
  hetzner: { hcloud_firewall: (each) => blocksOf(each.values, "rule", hetznerRule) },
  digitalocean: {
    digitalocean_firewall: (each) => blocksOf(each.values, "inbound_rule", digitaloceanRule),
  },
};

/** One opening per block. Blocks that are unknown as a whole are an opening of which nothing is known. */
function blocksOf(values: Value, name: string, read: (block: Value) => Opening): Opening[] {
  const blocks = values.at(name);
  if (blocks.isUnknown)
    return [
      { allowsInbound: true, isTcp: "unknown", ports: "unknown", sources: [], hasUnknownSources: true, place: name },
    ];
  return blocks.items().map((block, index) => ({ place: `${name}[${String(index)}]`, ...read(block) }));
}

function awsBlock(block: Value): Opening {
  return {
    allowsInbound: true,
    isTcp: isOneOf(block.at("protocol"), ["-1", "all", "tcp", "6"]),
    ports: awsPorts(block, "protocol"),
    ...sourcesOf(block.at("cidr_blocks"), block.at("ipv6_cidr_blocks")),
  };
}

function awsPorts(values: Value, protocol: string): Opening["ports"] {
  if (values.at(protocol).is("-1") || values.at(protocol).is("all")) return everyPort;
  return rangeOf(values.at("from_port"), values.at("to_port"));
}

function gcpAllow(values: Value, allow: Value): Opening {
  const fromTagged = ["source_tags", "source_service_accounts"].some(
    (name) => values.at(name).isUnknown || values.at(name).items().length > 0,
  );
  return {
    allowsInbound: !values.at("direction").is("EGRESS") && !values.at("disabled").is(true),
    isTcp: isOneOf(allow.at("protocol"), ["all", "tcp", "6"]),
    ports: portsIn(allow.at("ports")),
    ...orAnywhere(sourcesOf(values.at("source_ranges")), !fromTagged),
  };
}

function gcpPolicyRule(values: Value): Opening[] {
  const match = values.block("match");
  const narrowed = ["src_address_groups", "src_fqdns", "src_region_codes", "src_secure_tags"].some(
    (name) => match.at(name).isUnknown || match.at(name).items().length > 0,
  );
  return blocksOf(match, "layer4_configs", (layer) => ({
    allowsInbound:
      values.at("direction").is("INGRESS") && !values.at("action").is("deny") && !values.at("disabled").is(true),
    isTcp: isOneOf(layer.at("ip_protocol"), ["all", "tcp", "6"]),
    ports: portsIn(layer.at("ports")),
    ...orAnywhere(sourcesOf(match.at("src_ip_ranges")), !narrowed),
  }));
}

function azureRule(rule: Value): Opening {
  return {
    allowsInbound: !rule.at("direction").is("Outbound") && !rule.at("access").is("Deny"),
    isTcp: isOneOf(rule.at("protocol"), ["*", "tcp"]),
    ports: portsIn(rule.at("destination_port_range"), rule.at("destination_port_ranges")),
    ...sourcesOf(rule.at("source_address_prefix"), rule.at("source_address_prefixes")),
  };
}

function oracleListRule(rule: Value): Opening {
  return oracleRule(rule, rule.block("tcp_options"), new Value("INGRESS"));
}

function oracleRule(rule: Value, range: Value, direction: Value): Opening {
  const isNetwork = !["SERVICE_CIDR_BLOCK", "NETWORK_SECURITY_GROUP"].some((type) => rule.at("source_type").is(type));
  return {
    allowsInbound: !direction.is("EGRESS") && isNetwork,
    isTcp: isOneOf(rule.at("protocol"), ["all", "6"]),
    ports: range.isUnknown
      ? "unknown"
      : range.at("min").isMissing
        ? everyPort
        : rangeOf(range.at("min"), range.at("max")),
    ...sourcesOf(rule.at("source")),
  };
}

function hetznerRule(rule: Value): Opening {
  return {
    allowsInbound: !rule.at("direction").is("out"),
    isTcp: isOneOf(rule.at("protocol"), ["tcp"]),
    ports: portsIn(rule.at("port")),
    ...sourcesOf(rule.at("source_ips")),
  };
}

function digitaloceanRule(rule: Value): Opening {
  return {
    allowsInbound: true,
    isTcp: isOneOf(rule.at("protocol"), ["tcp"]),
    ports: portsIn(rule.at("port_range")),
    ...sourcesOf(rule.at("source_addresses")),
  };
}

function isOneOf(value: Value, words: readonly string[]): Opening["isTcp"] {
  return value.isUnknown ? "unknown" : words.includes(value.text()?.toLowerCase() ?? "");
}

function sourcesOf(...values: readonly Value[]): Pick<Opening, "sources" | "hasUnknownSources"> {
  return {
    sources: values.flatMap((value) => value.texts()),
    hasUnknownSources: values.some((value) => value.hasUnknown),
  };
}

/** Where nothing narrows the sources, they are all. */
function orAnywhere(found: ReturnType<typeof sourcesOf>, isOpen: boolean): ReturnType<typeof sourcesOf> {
  return isOpen && found.sources.length === 0 && !found.hasUnknownSources ? { ...found, sources: [anywhere] } : found;
}

function rangeOf(first: Value, last: Value): Opening["ports"] {
  if (first.isUnknown || last.isUnknown) return "unknown";
  const [from, to] = [Number(first.text() ?? 0), Number(last.text() ?? first.text() ?? 0)];
  return from < 0 ? everyPort : [[from, to]];
}

/** Ports as texts: `22`, `20-30`, `*`, `any`, `all`; all of them where there is none. */
function portsIn(...values: readonly Value[]): Opening["ports"] {
  if (values.some((value) => value.hasUnknown)) return "unknown";
  const texts = values.flatMap((value) => value.texts());
  if (texts.length === 0) return everyPort;
  return texts.map((text) => {
    const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
    if (first === undefined || text === "0") return [0, 65_535] as const;
    return [Number(first), Number(last ?? first)] as const;
  });
}

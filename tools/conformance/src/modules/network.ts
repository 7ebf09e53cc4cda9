import {
  Network,
  type NetworkContract,
  networkContract,
  type NetworkProps,
  networkAdapters,
} from "@infra/cloud-network";
import type { FeatureOf } from "@infra/core";
import { z } from "zod";
import { idOf, withIds } from "./ids.js";
import type { ModuleCase } from "./module-case.js";
import { perKey, text } from "./output-forms.js";

const cidr = "10.20.0.0/16";
const peering = { other: { network: idOf.network, cidr: "10.99.0.0/16" } };

const uses: Record<FeatureOf<NetworkContract>, object> = {
  dnsSuffix: { cidr, dnsSuffix: "acme.internal" },
  nat: { cidr, nat: true },
  peering: { cidr, peering },
  privateSubnets: { cidr, subnets: { default: { public: false } } },
  severalSubnets: { cidr, subnets: { default: {}, data: {} } },
  subnetRanges: { cidr, subnets: { default: { cidr: "10.20.1.0/24" } } },
  zones: { cidr, subnets: { default: { zone: "a" } } },
};

const of = (subnets: object) => ({ cidr, subnets });

/** The module network. */
export const network: ModuleCase = {
  word: "network",
  folder: "packages/cloud/network",
  examples: [
    { name: "subnets", refusedBy: ["heroku", "digitalocean"] },
    { name: "nat-and-peering", refusedBy: ["hetzner", "heroku", "digitalocean"] },
    { name: "one-subnet" },
  ],
  contract: networkContract,
  adapters: networkAdapters,
  build: (stack, props, id = "network") => ({
    [id]: outputsOf(new Network(stack, id, withIds(stack, props) as NetworkProps)),
  }),
  puts: ({ props }) => {
    const { cidr: range, subnets = { default: {} }, peering: others = {} } = props as NetworkProps;
    return z.strictObject({
      id: text,
      cidr: z.literal(range),
      subnets: perKey(subnets, z.strictObject({ id: text, cidr: z.cidrv4() })),
      peeringIds: perKey(others, text),
    });
  },
  peers: () => ({}),
  props: { cidr },
  uses,
  crowded: (has) => ({
    cidr,
    subnets: { default: {} },
    ...(has("nat") ? { nat: true } : {}),
    ...(has("peering") ? { peering } : {}),
    ...(has("dnsSuffix") ? { dnsSuffix: "acme.internal" } : {}),
  }),
  maps: [
    {
      path: "subnets",
      value: { cidr: "10.20.77.0/24" },
      props: uses.severalSubnets,
      feature: "severalSubnets",
    },
    {
      path: "peering",
      value: { network: idOf.network, cidr: "10.98.0.0/16" },
      props: uses.peering,
      feature: "peering",
      within: {
        oracle: [
          "oci_core_route_table.network_route_table",
          "oci_core_default_route_table.network_default_route_table",
        ],
      },
    },
  ],
  refusals: {
    "no range": { props: {}, path: "cidr", says: ["cidr", "is missing", "10.20.0.0/16"] },
    "a range that is a number": { props: { cidr: 10 }, path: "cidr", says: ["10", "is not", "10.20.0.0/16"] },
    "a range without a prefix": {
      props: { cidr: "10.20.0.0" },
      path: "cidr",
      says: ['"10.20.0.0"', "is not an IPv4 network", "<address>/<prefix length>"],
    },
    "a range with an octet over 255": {
      props: { cidr: "10.256.0.0/16" },
      path: "cidr",
      says: ['"10.256.0.0/16"', "is not an IPv4 network", "for example"],
    },
    "a range of IPv6": {
      props: { cidr: "fd00::/8" },
      path: "cidr",
      says: ['"fd00::/8"', "is not an IPv4", "10.20.0.0/16"],
    },
    "a range with bits behind its prefix": {
      props: { cidr: "10.20.0.1/16" },
      path: "cidr",
      says: ['"10.20.0.1/16"', "bits set behind its prefix", "10.20.0.0/16"],
    },
    "a network that is too large": {
      props: { cidr: "10.0.0.0/7" },
      path: "cidr",
      says: ["/7", "has a prefix of", "between /8"],
    },
    "a network that is too small": {
      props: { cidr: "10.20.0.0/30" },
      path: "cidr",
      says: ["/30", "has a prefix of", "between /8 and /28"],
    },
    "a subnet outside": {
      props: of({ default: { cidr: "10.21.0.0/24" } }),
      path: "subnets.default.cidr",
      says: ['"10.21.0.0/24"', "is not inside 10.20.0.0/16", "Choose a range inside"],
    },
    "a subnet that is too small": {
      props: of({ default: { cidr: "10.20.0.0/29" } }),
      path: "subnets.default.cidr",
      says: ['"10.20.0.0/29"', "too small", "/28 or shorter"],
    },
    "subnets that overlap": {
      props: of({ default: { cidr: "10.20.0.0/20" }, data: { cidr: "10.20.1.0/24" } }),
      path: "subnets.data.cidr",
      says: ['"10.20.1.0/24"', "overlaps the subnet default", "for example"],
    },
    "a subnet whose name is no name": {
      props: of({ Data_1: {} }),
      path: "subnets.Data_1",
      says: ['"Data_1"', "is not a name", "lower-case letters"],
    },
    "a zone that is a number": {
      props: of({ default: { zone: 1 } }),
      path: "subnets.default.zone",
      says: ["1", "is not a known zone", "Did you mean"],
    },
    "an unknown key": { props: { cidr, subnet: {} }, path: "subnet", says: ["subnet", "not a known key", "subnets"] },
    "a NAT that is a word": { props: { cidr, nat: "yes" }, path: "nat", says: ['"yes"', "is not", "true"] },
    "a peering with itself": {
      props: { cidr, peering: { other: { network: "x", cidr: "10.20.128.0/17" } } },
      path: "peering.other.cidr",
      says: ['"10.20.128.0/17"', "overlaps the network itself", "another range"],
    },
    "a peering without a network": {
      props: { cidr, peering: { other: { cidr: "10.99.0.0/16" } } },
      path: "peering.other.network",
      says: ["network", "is missing", "other network"],
    },
    "a suffix that is no domain": {
      props: { cidr, dnsSuffix: "acme" },
      path: "dnsSuffix",
      says: ['"acme"', "is not a domain name", "acme.example"],
    },
    "a network that AWS finds too large": {
      props: { cidr: "10.0.0.0/12" },
      path: "cidr",
      says: ['"10.0.0.0/12"', "larger than a /16", "between /16 and /28"],
      provider: "aws",
    },
  },
};

function outputsOf(network: Network) {
  const { id, cidr: range, peeringIds, subnetNames = [] } = network;
  const subnets = subnetNames.map((name) => [name, { id: network.subnetId(name), cidr: network.subnetCidr(name) }]);
  return { id, cidr: range, subnets: Object.fromEntries(subnets) as object, peeringIds };
}

import { createHash } from "node:crypto";
import { contains, overlap, prefixOf, subnetOf } from "@infra/core";
import type { Finding } from "@infra/inventory";

/** The parts of a network's configuration that decide its address plan. */
export interface AddressPlan {
  readonly cidr: string;
  readonly subnets: Readonly<Record<string, { readonly cidr?: string | undefined }>>;
  readonly peering?: Readonly<Record<string, { readonly cidr: string }>>;
}

/** Sizes of networks and subnets that every cloud takes. */
const limits = { network: { min: 8, max: 28 }, subnet: { max: 28 }, derived: 24 };

/**
 * The range of every subnet. One without a range gets a /24 (or the whole of a smaller network) at a place that its name
 * decides, so that adding a subnet moves no other.
 */
export function planSubnets({ cidr, subnets }: AddressPlan): Record<string, string> {
  return Object.fromEntries(Object.entries(subnets).map(([name, subnet]) => [name, subnet.cidr ?? derive(cidr, name)]));
}

function derive(network: string, name: string): string {
  const prefix = Math.max(prefixOf(network), limits.derived);
  const places = 2 ** Math.min(prefix - prefixOf(network), 16);
  const index = name === "default" ? 0 : createHash("sha256").update(name).digest().readUInt32BE(0) % places;
  return subnetOf(network, prefix, index) ?? network;
}

/** What is wrong with the ranges of a network. */
export function findPlanProblems(plan: AddressPlan): Finding[] {
  const prefix = prefixOf(plan.cidr);
  if (prefix < limits.network.min || prefix > limits.network.max) {
    return [
      {
        message: `${JSON.stringify(plan.cidr)} has a prefix of /${String(prefix)}`,
        remedy: `Choose one between /${String(limits.network.min)} and /${String(limits.network.max)}`,
        path: ["cidr"],
      },
    ];
  }
  return [...findPublicRanges(plan), ...findSubnetProblems(plan), ...findPeeringProblems(plan)];
}

/** Ranges that no part of the internet has: RFC 1918, RFC 6598 (between a carrier and its customers), RFC 2544 (for measurements). */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15"];

/** A network with addresses of others cannot reach those others. */
function findPublicRanges({ cidr, peering = {} }: AddressPlan): Finding[] {
  const all: [Finding["path"], string][] = [
    [["cidr"], cidr],
    ...Object.entries(peering).map(([name, other]): [Finding["path"], string] => [
      ["peering", name, "cidr"],
      other.cidr,
    ]),
  ];
  return all
    .filter(([, range]) => !privateRanges.some((each) => contains(each, range)))
    .map(([path, range]) => ({
      message: `${JSON.stringify(range)} is not a private range`,
      remedy: "Choose a range inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16",
      ...(path ? { path } : {}),
    }));
}

/** Routes to a network whose addresses are also this network's own would lead nowhere. */
function findPeeringProblems({ cidr, peering = {} }: AddressPlan): Finding[] {
  return Object.entries(peering).flatMap(([name, other]) =>
    overlap(cidr, other.cidr)
      ? [
          {
            message: `${JSON.stringify(other.cidr)} overlaps the network itself, ${cidr}`,
            remedy: "Give one of the two networks another range: peered networks share no address",
            path: ["peering", name, "cidr"],
          },
        ]
      : [],
  );
}

function findSubnetProblems(plan: AddressPlan): Finding[] {
  const ranges = Object.entries(planSubnets(plan));
  return ranges.flatMap(([name, range], index) => {
    const written = plan.subnets[name]?.cidr !== undefined;
    const path = ["subnets", name, ...(written ? ["cidr"] : [])];
    const outside = findOutside(plan.cidr, range);
    if (outside) return [{ ...outside, path }];
    const other = ranges.slice(0, index).find(([, earlier]) => overlap(earlier, range));
    return other ? [{ ...overlapOf(plan, range, other), path }] : [];
  });
}

function findOutside(network: string, range: string): Finding | undefined {
  if (!contains(network, range)) {
    return {
      message: `${JSON.stringify(range)} is not inside ${network}`,
      remedy: `Choose a range inside ${network}, for example ${subnetOf(network, Math.max(prefixOf(network), 24), 0) ?? network}`,
    };
  }
  return prefixOf(range) > limits.subnet.max
    ? {
        message: `${JSON.stringify(range)} is too small for a subnet`,
        remedy: `Choose a prefix of /${String(limits.subnet.max)} or shorter`,
      }
    : undefined;
}

function overlapOf(plan: AddressPlan, range: string, [other, otherRange]: readonly [string, string]): Finding {
  const free = firstFree(plan);
  return {
    message: `${JSON.stringify(range)} overlaps the subnet ${other}, ${otherRange}`,
    remedy: free
      ? `Give it a \`cidr\` of its own, for example ${free}`
      : "Give it a `cidr` of its own, or make the network larger",
  };
}

function firstFree(plan: AddressPlan): string | undefined {
  const taken = Object.values(planSubnets(plan));
  const prefix = Math.max(prefixOf(plan.cidr), limits.derived);
  for (let index = 0; index < 2 ** 12; index++) {
    const candidate = subnetOf(plan.cidr, prefix, index);
    if (candidate === undefined) return undefined;
    if (!taken.some((range) => overlap(range, candidate))) return candidate;
  }
  return undefined;
}

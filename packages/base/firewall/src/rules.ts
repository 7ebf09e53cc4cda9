import { cidr, distinct, type Finding, name, rule } from "@infra/inventory";
import { z } from "zod";

/** The traffic that a rule is about. */
export interface Traffic {
  readonly direction?: "inbound" | "outbound" | undefined;
  readonly protocol: "tcp" | "udp" | "icmp";
  readonly ports?: string | undefined;
  readonly from?: Sources | undefined;
}

/** Networks in CIDR notation, the whole internet, the deployment's own network, or the servers of groups. */
export type Sources = readonly string[] | "anywhere" | "network" | { readonly groups: readonly string[] };

/** Protocols that every cloud filters. */
export const protocol = z.enum(["tcp", "udp", "icmp"]).describe("tcp, udp or icmp");

/** A port, `80`, or a range, `8000-8100`. */
export const ports = rule(z.string().describe('a port or a range in quotes: "80", "8000-8100"'), (text) => {
  const { first, last } = parsePorts(text) ?? {};
  if (first === undefined || last === undefined)
    return {
      message: `${JSON.stringify(text)} is not a port or a range of ports`,
      remedy: 'Write numbers from 1 to 65535, the lower one first: "80" or "8000-8100"',
    };
  const spelling = first === last ? String(first) : `${String(first)}-${String(last)}`;
  return text === spelling
    ? undefined
    : { message: `${JSON.stringify(text)} has another spelling`, remedy: `Write "${spelling}"` };
});

/** Where traffic comes from (inbound) or goes to (outbound). */
export const sources = z
  .union([
    z.enum(["anywhere", "network"]),
    distinct(z.array(cidr()).min(1)),
    z.strictObject({ groups: distinct(z.array(name()).min(1)).describe("groups of servers") }),
  ])
  .describe("anywhere, network (the deployment's own), a list of networks in CIDR notation, or { groups: [<group>] }");

/** The first and the last port of a range. */
export function parsePorts(text: string): { first: number; last: number } | undefined {
  const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const [first, last] = [Number(from), Number(to)];
  return first >= 1 && first <= last && last <= 65_535 ? { first, last } : undefined;
}

/** Are the ports those of HTTP or HTTPS? */
export function isWeb(range: string | undefined): boolean {
  return range === "80" || range === "443";
}

/** The networks that a rule means; none when it means groups. */
export function networksOf(from: Sources, networkCidr: string): readonly string[] {
  if (from === "anywhere") return ["0.0.0.0/0", "::/0"];
  if (from === "network") return [networkCidr];
  return isGroups(from) ? [] : from;
}

/** The groups that a rule means; none when it means networks. */
export function groupsOf(from: Sources): readonly string[] {
  return isGroups(from) ? from.groups : [];
}

function isGroups(from: Sources): from is { readonly groups: readonly string[] } {
  return typeof from === "object" && "groups" in from;
}

/** What is wrong with a rule as a whole. */
export function findTrafficProblem({ direction, protocol: kind, ports: range, from }: Traffic): Finding | undefined {
  if (kind === "icmp" && range !== undefined)
    return { message: "icmp has no ports", remedy: "Remove `ports`", path: ["ports"] };
  if (kind !== "icmp" && range === undefined)
    return { message: `a ${kind} rule needs ports`, remedy: 'Add `ports`, for example "443"' };
  const { first, last } = parsePorts(range ?? "") ?? { first: 0, last: 0 };
  const opensSsh = direction !== "outbound" && kind === "tcp" && first <= 22 && last >= 22;
  return opensSsh && isAnywhere(from ?? "anywhere")
    ? {
        message: "SSH (port 22) is open to the whole internet",
        remedy: "List the networks that you connect from in `from`, or use a bastion",
        ...(from === undefined ? {} : { path: ["from"] }),
      }
    : undefined;
}

/** Does it hold a large part of the internet? */
export function isAnywhere(from: Sources): boolean {
  return networksOf(from, "").some((network) => /\/[0-7]$/.test(network));
}

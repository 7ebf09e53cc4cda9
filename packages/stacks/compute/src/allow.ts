import { findTrafficProblem, ports, protocol, sources, type Traffic } from "@infra/base-firewall";
import { type Finding, rule } from "@infra/inventory";
import { z } from "zod";

const service = z.enum(["http", "https", "icmp"]);

const traffic = rule(
  z.strictObject({
    protocol: protocol.default("tcp"),
    port: ports.optional().describe('a port or a range in quotes: "5432", "8000-8100"'),
    from: sources.default("anywhere"),
  }),
  ({ port, ...rest }) => {
    const finding = findTrafficProblem({ ...rest, ports: port });
    return finding && { ...finding, ...(finding.path?.[0] === "ports" ? { path: ["port"] } : {}) };
  },
);

const allowed = z.union([service, traffic]);

/** What is let through to a group: a service or a description of traffic. */
export type Allowed = z.output<typeof allowed>;

/** What a user may say of a group's firewall. */
export const firewallConfig = z.strictObject({
  allow: z
    .array(allowed)
    .default([])
    .describe("inbound traffic that is let through: http, https, icmp, or { protocol, port, from }"),
  privateTraffic: z
    .enum(["allow", "rules"])
    .default("allow")
    .describe("traffic inside the private network: allow, or only what rules allow"),
});

/** What the words for services mean. */
const services: Readonly<Record<string, Traffic>> = {
  http: { protocol: "tcp", ports: "80" },
  https: { protocol: "tcp", ports: "443" },
  icmp: { protocol: "icmp" },
};

/** Firewall rules by name, from what a group allows. The content decides the name: `http`, `tcp-5432`. */
export function rulesOf(allow: readonly Allowed[]): Record<string, Traffic> {
  return Object.fromEntries(allow.map((allowed) => [nameOf(allowed), trafficOf(allowed)]));
}

function trafficOf(allowed: Allowed): Traffic {
  if (typeof allowed === "string") return services[allowed] ?? { protocol: "icmp" };
  const { protocol, port, from } = allowed;
  return { protocol, from, ...(port === undefined ? {} : { ports: port }) };
}

function nameOf(allowed: Allowed): string {
  const { protocol, ports } = trafficOf(allowed);
  const known = Object.keys(services).find(
    (service) => services[service]?.protocol === protocol && services[service]?.ports === ports,
  );
  return known ?? `${protocol}-${ports ?? "all"}`;
}

/** What two entries say of the same protocol and ports would have one name: one of them would be lost. */
export function findGroupProblems(
  groups: Readonly<Record<string, { readonly firewall: { readonly allow: readonly Allowed[] } }>>,
): Finding[] {
  return Object.entries(groups).flatMap(([group, { firewall }]) =>
    firewall.allow.flatMap((allowed, index) => {
      const name = nameOf(allowed);
      return firewall.allow.findIndex((other) => nameOf(other) === name) === index
        ? []
        : [
            {
              message: `${name} is allowed twice`,
              remedy: "Keep one of the two, and list all sources in its `from`",
              path: [group, "firewall", "allow", index],
            },
          ];
    }),
  );
}

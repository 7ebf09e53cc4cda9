import type { CloudContract, IDns } from "@infra/core";
import { type Finding, mapOf, rule } from "@infra/inventory";
import { isIPv4 } from "node:net";
import { z } from "zod";
import { type DnsRecord, zoneShape } from "./record.js";
import { findZoneProblems } from "./zone-rules.js";

/** What a user may say of DNS. */
export const dnsConfig = rule(
  z.strictObject({ zones: mapOf(rule(zoneShape, findZoneProblems)).describe("zones by a name of your choice") }),
  ({ zones }) => findTwins(zones),
);

/** Input of a Dns. */
export type DnsProps = z.input<typeof dnsConfig>;

/** A configuration of DNS, checked and with its defaults. */
export type DnsConfig = z.output<typeof dnsConfig>;

/** The configuration of a zone. */
export type ZoneConfig = DnsConfig["zones"][string];

type Feature = "addressAlias" | "appAlias" | "hosting" | "ttl";

/** The contract's type, for its adapters. */
export type DnsContract = CloudContract<typeof dnsConfig, undefined, IDns, Feature>;

/** What DNS is, on every cloud. */
export const dnsContract: DnsContract = {
  name: "dns",
  adapters: "per cloud",
  config: dnsConfig,
  features: {
    hosting: {
      description: "zones on the cloud's name servers: records with values, and zones without records",
      usedAt: ({ zones }) =>
        Object.entries(zones).flatMap(([key, { records }]) =>
          Object.keys(records).length === 0
            ? [["zones", key]]
            : recordsWith(key, records, "type", ({ alias }) => alias === undefined),
        ),
    },
    ttl: {
      description: "how long answers may be kept",
      usedAt: ({ zones }) =>
        Object.entries(zones).flatMap(([key, { ttl, records }]) => [
          ...(ttl === undefined ? [] : [["zones", key, "ttl"]]),
          ...recordsWith(key, records, "ttl", (record) => record.ttl !== undefined),
        ]),
    },
    addressAlias: {
      description: "an alias of an IPv4 address that the inventory names",
      usedAt: aliasesThat((text) => isIPv4(text)),
    },
    appAlias: {
      description: "an alias of an app, by the host name that the cloud gave it",
      usedAt: aliasesThat((text) => /^[a-z0-9]/.test(text) && !isIPv4(text)),
    },
  },
};

function recordsWith(
  zone: string,
  records: ZoneConfig["records"],
  step: string,
  uses: (record: DnsRecord) => boolean,
): string[][] {
  return Object.entries(records).flatMap(([key, record]) =>
    uses(record) ? [["zones", zone, "records", key, step]] : [],
  );
}

/** Aliases that are written out, not references. */
function aliasesThat(matches: (text: string) => boolean) {
  return ({ zones }: DnsConfig) =>
    Object.entries(zones).flatMap(([key, { records }]) =>
      recordsWith(key, records, "alias", ({ alias }) => typeof alias === "string" && matches(alias)),
    );
}

/** A domain has one zone: name servers of a second one would not be asked. */
function findTwins(zones: Readonly<Record<string, { readonly domain: string }>>): Finding[] {
  const all = Object.entries(zones);
  return all.flatMap(([key, { domain }], index) => {
    const twin = all.slice(0, index).find(([, other]) => other.domain === domain);
    return twin
      ? [
          {
            message: `${JSON.stringify(domain)} is also the domain of the zone ${twin[0]}`,
            remedy: `Put the records of both into ${twin[0]}`,
            path: ["zones", key, "domain"],
          },
        ]
      : [];
  });
}

import { Domain } from "@cdktf/provider-digitalocean/lib/domain";
import { Record as DomainRecord, type RecordConfig } from "@cdktf/provider-digitalocean/lib/record";
import { type AdapterOf, type Construct, problemAt } from "@infra/core";
import { createHash } from "node:crypto";
import type { DnsContract } from "./contract.js";
import { absolute, type RecordSet } from "./record-set.js";
import { quotedText, textOfValue } from "./text.js";
import { buildRecords, buildZones, type Limits, noAppAlias, protection } from "./zones.js";

/** To be checked against https://docs.digitalocean.com/products/networking/dns/how-to/manage-records/. */
const limits: Limits = { leastTtl: 30 };

/** Longest text in the notation of zone files; to be checked against https://github.com/StackExchange/dnscontrol/issues/370. */
const longestQuotedText = 509;

/** The name servers of every domain; to be checked against https://docs.digitalocean.com/products/networking/dns/getting-started/dns-registrars/. */
const nameServers = ["ns1.digitalocean.com", "ns2.digitalocean.com", "ns3.digitalocean.com"];

/** Domains of DigitalOcean. Each value of a record is a resource of its own; the first takes the address of the record. */
export const digitalocean: AdapterOf<DnsContract> = {
  lacks: noAppAlias,
  build: (scope, config) =>
    buildZones(scope, config, (entry, zone) => {
      const { id, name } = new Domain(entry, "Default", { name: zone.domain, lifecycle: protection(entry) });
      buildRecords(entry, zone, limits, (record, set) => {
        checkTexts(record, set);
        const { type, ttl } = set;
        for (const [index, value] of valuesOf(set).entries())
          new DomainRecord(record, idOf(set, index), { domain: name, name: set.name, type, ttl, ...value });
      });
      return { id, nameServers };
    }),
};

type Value = Pick<RecordConfig, "flags" | "port" | "priority" | "tag" | "value" | "weight">;

/** Texts are sent as they are: DigitalOcean splits them. */
function valuesOf(set: RecordSet): Value[] {
  switch (set.type) {
    case "A":
    case "AAAA":
    case "TXT":
      return set.values.map((value) => ({ value }));
    case "CNAME":
    case "NS":
      return set.values.map((host) => ({ value: absolute(host) }));
    case "MX":
      return set.values.map(({ priority, host }) => ({ priority, value: absolute(host) }));
    case "SRV":
      return set.values.map(({ target, ...rest }) => ({ ...rest, value: absolute(target) }));
    case "CAA":
      return set.values.map(({ value, ...rest }) => ({
        ...rest,
        value: rest.tag === "iodef" ? value : absolute(value),
      }));
  }
}

function idOf({ identities }: RecordSet, index: number): string {
  return index === 0
    ? "Default"
    : createHash("sha256")
        .update(identities[index] ?? "")
        .digest("hex")
        .slice(0, 8);
}

/** DigitalOcean measures texts as zone files write them, and takes neither backslashes nor parameters of authorities. */
function checkTexts(scope: Construct, set: RecordSet): void {
  const fail = (index: number, message: string, remedy: string) =>
    problemAt(scope, ["values", index], `digitalocean: ${message}`, remedy);
  if (set.type === "CAA")
    for (const [index, { value }] of set.values.entries())
      if (/[ ;]/.test(value))
        throw fail(
          index,
          `${JSON.stringify(value)} is not the name of an authority alone`,
          "Write only its name, such as letsencrypt.org",
        );
  if (set.type !== "TXT") return;
  for (const [index, value] of set.values.entries()) {
    const text = textOfValue(value);
    if (text.includes("\\")) throw fail(index, "a text holds no backslashes", "Write it without them");
    const { length } = quotedText(text);
    if (length > longestQuotedText)
      throw fail(
        index,
        `a text of ${String(text.length)} characters is too long: at most ${String(longestQuotedText)}, with its quotes`,
        "Shorten it, for example by a shorter key",
      );
  }
}

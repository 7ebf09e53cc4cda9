import { type Construct, DeploymentStack, Token } from "@infra/core";
import { Reference } from "@infra/inventory";
import type { ZoneConfig } from "./contract.js";
import { canonicalIpv6 } from "./host-name.js";
import type { CaaValue, DnsRecord, MxValue, RecordType, RecordValue, SrvValue } from "./record.js";
import { isCaa, isMx, isSrv, isText } from "./record-rules.js";
import { quotedValue } from "./text.js";
import { wholeName } from "./zone-rules.js";

/** How long answers may be kept unless the inventory says otherwise, in seconds. */
const defaultTtl = 300;

/** Where a set of records stands. */
interface Place {
  /** Name in the zone; `@` is the zone itself. */
  readonly name: string;
  /** Whole name, without a dot at the end. */
  readonly wholeName: string;
  /** How long answers may be kept, in seconds. */
  readonly ttl: number;
  /** What tells each value from the others, the same at every synth. */
  readonly identities: readonly string[];
}

/** All records of one name and type. Host names have no dot at the end, texts are plain, references are expressions. */
export type RecordSet = Place &
  (
    | { readonly type: "A" | "AAAA" | "CNAME" | "NS" | "TXT"; readonly values: readonly string[] }
    | { readonly type: "MX"; readonly values: readonly MxValue[] }
    | { readonly type: "SRV"; readonly values: readonly SrvValue[] }
    | { readonly type: "CAA"; readonly values: readonly CaaValue[] }
  );

/** The record set that a record of the configuration stands for. */
export function recordSetOf(scope: Construct, zone: ZoneConfig, key: string, record: DnsRecord): RecordSet {
  const { name = key, type = "A", values = [], alias, ttl = zone.ttl ?? defaultTtl } = record;
  const all: readonly RecordValue[] = alias === undefined ? values : [alias];
  const place = { name, wholeName: wholeName(name, zone.domain), ttl, identities: all.map(identityOf) };
  if (type === "MX") return { ...place, type, values: all.filter(isMx) };
  if (type === "SRV") return { ...place, type, values: all.filter(isSrv) };
  if (type === "CAA") return { ...place, type, values: all.filter(isCaa) };
  const stack = DeploymentStack.of(scope);
  return { ...place, type, values: all.filter(isText).map((value) => canonical(type, stack.textOf(value))) };
}

/** A value that only the run knows is told by the reference to it, or else by its place in the list. */
function identityOf(value: RecordValue, index: number): string {
  if (value instanceof Reference) return value.toString();
  return Token.isUnresolved(value) ? String(index) : JSON.stringify(value);
}

function canonical(type: RecordType, value: string): string {
  return type === "AAAA" && !Token.isUnresolved(value) ? canonicalIpv6(value) : value;
}

/** A host name as zone files write it: with a dot at the end, so that no zone is added to it; a single dot stands for no host. */
export function absolute(host: string): string {
  return host === "." ? host : `${host}.`;
}

/** The values of a record set in the notation of zone files. */
export function zoneFileValues(set: RecordSet): string[] {
  switch (set.type) {
    case "A":
    case "AAAA":
      return [...set.values];
    case "CNAME":
    case "NS":
      return set.values.map(absolute);
    case "TXT":
      return set.values.map(quotedValue);
    case "MX":
      return set.values.map(({ priority, host }) => `${String(priority)} ${absolute(host)}`);
    case "SRV":
      return set.values.map(({ priority, weight, port, target }) =>
        [priority, weight, port, absolute(target)].map(String).join(" "),
      );
    case "CAA":
      return set.values.map(({ flags, tag, value }) => `${String(flags)} ${tag} "${value}"`);
  }
}

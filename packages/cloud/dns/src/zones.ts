import {
  checkRegion,
  type Construct,
  DeploymentStack,
  Fn,
  forEachEntry,
  type IDns,
  type IZone,
  problemAt,
  Token,
  unsupported,
} from "@infra/core";
import type { DnsConfig, ZoneConfig } from "./contract.js";
import { type RecordSet, recordSetOf } from "./record-set.js";
import { textOfValue } from "./text.js";

/** What a cloud's name servers cannot do. */
export interface Limits {
  /** Least time that answers may be kept, in seconds. @default 1 */
  readonly leastTtl?: number;
  /** Longest text of a TXT record, in characters. @default 4096 */
  readonly longestText?: number;
}

/** What every cloud with name servers of its own lacks. */
export const noAppAlias = {
  appAlias: unsupported(
    "an alias is an A record, which holds an address and not a host name",
    "Write `type: CNAME` and the host name in `values`, at a name other than @",
  ),
};

/** Builds each zone in a construct named by its key. */
export function buildZones(
  scope: Construct,
  { zones }: DnsConfig,
  build: (scope: Construct, zone: ZoneConfig, key: string) => IZone,
): IDns {
  checkRegion(scope);
  return { zones: forEachEntry(scope, ["zones"], zones, build) };
}

/** Builds each record of a zone in a construct named by its key, once the cloud's limits allow it. */
export function buildRecords<R>(
  scope: Construct,
  zone: ZoneConfig,
  limits: Limits,
  build: (scope: Construct, set: RecordSet) => R,
): Record<string, R> {
  return forEachEntry(scope, ["records"], zone.records, (entry, record, key) => {
    const set = recordSetOf(entry, zone, key, record);
    checkTtl(record.ttl === undefined ? scope : entry, set, limits);
    checkTexts(entry, set, limits);
    return build(entry, set);
  });
}

function checkTtl(scope: Construct, { ttl }: RecordSet, { leastTtl = 1 }: Limits): void {
  if (ttl < leastTtl)
    throw problemAt(
      scope,
      ["ttl"],
      `${cloudOf(scope)}: ${String(ttl)} seconds are too short: at least ${String(leastTtl)}`,
      "Raise it",
    );
}

function checkTexts(scope: Construct, set: RecordSet, { longestText }: Limits): void {
  if (set.type !== "TXT" || longestText === undefined) return;
  for (const [index, value] of set.values.entries()) {
    const { length } = textOfValue(value);
    if (length > longestText)
      throw problemAt(
        scope,
        ["values", index],
        `${cloudOf(scope)}: a text of ${String(length)} characters is too long: at most ${String(longestText)}`,
        "Shorten it",
      );
  }
}

/** The cloud of a deployment, as messages name it. */
function cloudOf(scope: Construct): string {
  return DeploymentStack.of(scope).context.settings.provider;
}

/** What keeps a zone from being deleted, on clouds that have no attribute for it. */
export function protection(scope: Construct): { readonly preventDestroy: boolean } {
  return { preventDestroy: DeploymentStack.of(scope).context.settings.deletionProtection };
}

/** An expression for the names of name servers without dots at their ends, which registrars do not take. */
export function withoutDots(names: string[]): string[] {
  const joined = Fn.replace(Fn.join(",", names), "/[.](,|$)/", "$1");
  return Token.asList(Fn.compact(Fn.split(",", joined)));
}

import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { Route53Zone } from "@cdktf/provider-aws/lib/route53-zone";
import { type AdapterOf, resourceName } from "@infra/core";
import type { DnsContract } from "./contract.js";
import { type RecordSet, zoneFileValues } from "./record-set.js";
import { buildRecords, buildZones, type Limits, noAppAlias, protection } from "./zones.js";

/** To be checked against https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#TXTFormat. */
const limits: Limits = { longestText: 4000 };

/** Public zones of Route 53. A zone that holds records which nobody manages here is not deleted. */
export const aws: AdapterOf<DnsContract> = {
  lacks: noAppAlias,
  build: (scope, config) =>
    buildZones(scope, config, (entry, zone, key) => {
      const { zoneId, nameServers } = new Route53Zone(entry, "Default", {
        name: zone.domain,
        comment: resourceName(entry, [key]),
        forceDestroy: false,
        lifecycle: protection(entry),
      });
      buildRecords(entry, zone, limits, (record, set) => {
        const { wholeName: name, type, ttl } = set;
        new Route53Record(record, "Default", { zoneId, name, type, ttl, records: valuesOf(set) });
      });
      return { id: zoneId, nameServers };
    }),
};

/** The provider puts the first and the last quote around a text itself. */
function valuesOf(set: RecordSet): string[] {
  const values = zoneFileValues(set);
  return set.type === "TXT" ? values.map((value) => value.slice(1, -1)) : values;
}

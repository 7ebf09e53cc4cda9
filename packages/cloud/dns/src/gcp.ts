import { DnsManagedZone } from "@cdktf/provider-google/lib/dns-managed-zone";
import { DnsRecordSet } from "@cdktf/provider-google/lib/dns-record-set";
import { type AdapterOf, resourceName } from "@infra/core";
import type { DnsContract } from "./contract.js";
import { absolute, zoneFileValues } from "./record-set.js";
import { buildRecords, buildZones, noAppAlias, protection, withoutDots } from "./zones.js";

/** Public zones of Cloud DNS. A zone that holds records which nobody manages here is not deleted. */
export const gcp: AdapterOf<DnsContract> = {
  lacks: noAppAlias,
  build: (scope, config) =>
    buildZones(scope, config, (entry, zone, key) => {
      const { id, name, nameServers } = new DnsManagedZone(entry, "Default", {
        name: resourceName(entry, [key]),
        dnsName: absolute(zone.domain),
        description: `Records of ${zone.domain}`,
        visibility: "public",
        forceDestroy: false,
        lifecycle: protection(entry),
      });
      buildRecords(entry, zone, {}, (record, set) => {
        const { wholeName, type, ttl } = set;
        new DnsRecordSet(record, "Default", {
          managedZone: name,
          name: absolute(wholeName),
          type,
          ttl,
          rrdatas: zoneFileValues(set),
        });
      });
      return { id, nameServers: withoutDots(nameServers) };
    }),
};

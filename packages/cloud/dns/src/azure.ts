import { DnsARecord } from "@cdktf/provider-azurerm/lib/dns-a-record";
import { DnsAaaaRecord } from "@cdktf/provider-azurerm/lib/dns-aaaa-record";
import { DnsCaaRecord } from "@cdktf/provider-azurerm/lib/dns-caa-record";
import { DnsCnameRecord } from "@cdktf/provider-azurerm/lib/dns-cname-record";
import { DnsMxRecord } from "@cdktf/provider-azurerm/lib/dns-mx-record";
import { DnsNsRecord } from "@cdktf/provider-azurerm/lib/dns-ns-record";
import { DnsSrvRecord } from "@cdktf/provider-azurerm/lib/dns-srv-record";
import { DnsTxtRecord } from "@cdktf/provider-azurerm/lib/dns-txt-record";
import { DnsZone } from "@cdktf/provider-azurerm/lib/dns-zone";
import { type AdapterOf, azurePlace, type Construct } from "@infra/core";
import type { DnsContract } from "./contract.js";
import { absolute, type RecordSet } from "./record-set.js";
import { buildRecords, buildZones, noAppAlias, protection, withoutDots } from "./zones.js";

/** Public zones of Azure DNS. Each type of record is a resource of its own; texts are split by the provider. */
export const azure: AdapterOf<DnsContract> = {
  lacks: noAppAlias,
  build: (scope, config) =>
    buildZones(scope, config, (entry, zone) => {
      const { resourceGroupName } = azurePlace(entry);
      const { id, name, nameServers } = new DnsZone(entry, "Default", {
        name: zone.domain,
        resourceGroupName,
        lifecycle: protection(entry),
      });
      buildRecords(entry, zone, {}, (record, set) => {
        buildRecord(record, set, { zoneName: name, resourceGroupName });
      });
      return { id, nameServers: withoutDots(nameServers) };
    }),
};

function buildRecord(
  scope: Construct,
  set: RecordSet,
  zone: { readonly zoneName: string; readonly resourceGroupName: string },
): void {
  const { name, ttl } = set;
  const place = { ...zone, name, ttl };
  switch (set.type) {
    case "A":
      return void new DnsARecord(scope, "Default", { ...place, records: [...set.values] });
    case "AAAA":
      return void new DnsAaaaRecord(scope, "Default", { ...place, records: [...set.values] });
    case "CNAME":
      return void new DnsCnameRecord(scope, "Default", { ...place, record: set.values[0] });
    case "NS":
      return void new DnsNsRecord(scope, "Default", { ...place, records: set.values.map(absolute) });
    case "TXT":
      return void new DnsTxtRecord(scope, "Default", { ...place, record: set.values.map((value) => ({ value })) });
    case "MX":
      return void new DnsMxRecord(scope, "Default", {
        ...place,
        record: set.values.map(({ priority, host }) => ({ preference: String(priority), exchange: host })),
      });
    case "SRV":
      return void new DnsSrvRecord(scope, "Default", { ...place, record: [...set.values] });
    case "CAA":
      return void new DnsCaaRecord(scope, "Default", { ...place, record: [...set.values] });
  }
}

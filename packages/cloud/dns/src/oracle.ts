import { type AdapterOf, DeploymentStack, Token } from "@infra/core";
import { DnsRrset } from "@infra/provider-oci/lib/dns-rrset";
import { DnsZone } from "@infra/provider-oci/lib/dns-zone";
import type { DnsContract } from "./contract.js";
import { zoneFileValues } from "./record-set.js";
import { buildRecords, buildZones, noAppAlias, protection, withoutDots } from "./zones.js";

/** Public zones of Oracle's DNS. */
export const oracle: AdapterOf<DnsContract> = {
  lacks: noAppAlias,
  build: (scope, config) =>
    buildZones(scope, config, (entry, zone) => {
      const resource = new DnsZone(entry, "Default", {
        compartmentId: DeploymentStack.of(entry).account,
        name: zone.domain,
        zoneType: "PRIMARY",
        lifecycle: protection(entry),
      });
      buildRecords(entry, zone, {}, (record, set) => {
        const { wholeName: domain, type: rtype, ttl } = set;
        new DnsRrset(record, "Default", {
          zoneNameOrId: resource.id,
          domain,
          rtype,
          items: zoneFileValues(set).map((rdata) => ({ domain, rtype, rdata, ttl })),
        });
      });
      const hostNames = Token.asList(resource.interpolationForAttribute("nameservers[*].hostname"));
      return { id: resource.id, nameServers: withoutDots(hostNames) };
    }),
};

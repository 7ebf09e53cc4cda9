import { type AdapterOf, DeploymentStack, Fn, Token } from "@infra/core";
import { Zone } from "@infra/provider-hcloud/lib/zone";
import { ZoneRrset } from "@infra/provider-hcloud/lib/zone-rrset";
import type { DnsContract } from "./contract.js";
import { zoneFileValues } from "./record-set.js";
import { buildRecords, buildZones, type Limits, noAppAlias, withoutDots } from "./zones.js";

/** To be checked against https://docs.hetzner.cloud/reference/cloud#zone-rrsets. */
const limits: Limits = { leastTtl: 60 };

/** Zones of Hetzner Cloud. */
export const hetzner: AdapterOf<DnsContract> = {
  lacks: noAppAlias,
  build: (scope, config) =>
    buildZones(scope, config, (entry, zone) => {
      const { id, name, authoritativeNameservers } = new Zone(entry, "Default", {
        name: zone.domain,
        mode: "primary",
        deleteProtection: DeploymentStack.of(entry).context.settings.deletionProtection,
      });
      buildRecords(entry, zone, limits, (record, set) => {
        new ZoneRrset(record, "Default", {
          zone: name,
          name: set.name,
          type: set.type,
          ttl: set.ttl,
          records: zoneFileValues(set).map((value) => ({ value })),
        });
      });
      return { id: Token.asString(Fn.tostring(id)), nameServers: withoutDots(authoritativeNameservers.assigned) };
    }),
};

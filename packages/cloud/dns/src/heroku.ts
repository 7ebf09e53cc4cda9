import {
  type AdapterOf,
  checkRegion,
  type Construct,
  DeploymentStack,
  Fn,
  forEachEntry,
  type IZone,
  problemAt,
  Token,
  unsupported,
} from "@infra/core";
import type { Reference } from "@infra/inventory";
import { DataHerokuApp } from "@infra/provider-heroku/lib/data-heroku-app";
import { Domain } from "@infra/provider-heroku/lib/domain";
import type { DnsContract, ZoneConfig } from "./contract.js";
import { recordSetOf } from "./record-set.js";

/**
 * The end of the host name of an app, behind the app's own name; to be checked against
 * https://devcenter.heroku.com/articles/custom-domains#the-herokuapp-com-domain.
 */
const suffix = "/(-[0-9a-f]{12})?[.]herokuapp[.]com$/";

/** Names at which Heroku answers for apps. It hosts no zones: the zone elsewhere points at the targets that are put out. */
export const heroku: AdapterOf<DnsContract> = {
  lacks: {
    hosting: unsupported(
      "Heroku hosts no zones: it has only names of apps",
      "Keep here records with an `alias` of an app, and put the others into a deployment on another cloud",
    ),
    ttl: unsupported("Heroku answers no DNS queries", "Remove `ttl`, and set it where the zone is"),
    addressAlias: unsupported(
      "a name of Heroku belongs to an app, which has no address",
      "Write the app's host name, or a reference to it: `{ output: <deployment>.loadBalancers.<group>.address }`",
    ),
  },
  build(scope, { zones }) {
    checkRegion(scope);
    return { zones: forEachEntry(scope, ["zones"], zones, buildZone) };
  },
};

function buildZone(scope: Construct, zone: ZoneConfig): IZone {
  const targets = forEachEntry(scope, ["records"], zone.records, (entry, record, key) => {
    const { wholeName: hostname } = recordSetOf(entry, zone, key, record);
    const app = new DataHerokuApp(entry, "app", { name: appOf(entry, record.alias ?? "") });
    return new Domain(entry, "Default", { appId: app.uuid, hostname }).cname;
  });
  return { id: zone.domain, nameServers: [], targets };
}

/** The name of the app that has a host name. */
function appOf(scope: Construct, alias: string | Reference): string {
  if (typeof alias === "string" && !Token.isUnresolved(alias) && !alias.endsWith(".herokuapp.com"))
    throw problemAt(
      scope,
      ["alias"],
      `heroku: ${JSON.stringify(alias)} is not the host name of an app`,
      "Write the name under herokuapp.com that Heroku gave the app",
    );
  return Token.asString(Fn.replace(DeploymentStack.of(scope).textOf(alias), suffix, ""));
}

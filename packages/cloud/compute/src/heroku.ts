import {
  type AdapterOf,
  type Construct,
  DeploymentStack,
  Fn,
  problemAt,
  resourceName,
  Token,
  unsupported,
} from "@infra/core";
import { App } from "@infra/provider-heroku/lib/app";
import { Formation } from "@infra/provider-heroku/lib/formation";
import type { ComputeContract } from "./contract.js";
import type { Group } from "./group.js";
import { noPrivateIpv6 } from "./ipv6.js";
import { buildGroups, type GroupPlan, sizeOf } from "./servers.js";

/** Longest name of an app; to be checked against https://devcenter.heroku.com/articles/platform-api-reference#app. */
const maxLength = 30;

/** The ports on which Heroku's router takes connections; to be checked against https://devcenter.heroku.com/articles/http-routing. */
const routerPorts = [80, 443];

/**
 * One app per group, whose dynos Heroku starts, replaces and counts by itself: none is known one by one. Dynos run once code is deployed
 * to the app; until its first release Heroku refuses to say how many there shall be.
 */
export const heroku: AdapterOf<ComputeContract> = {
  lacks: {
    images: unsupported("dynos run on images that Heroku makes of the code", "Remove `image`"),
    arm64: unsupported("Heroku does not let the dynos' processors be chosen", "Remove `architecture`"),
    publicIpv6: unsupported(
      "the router of Heroku answers over IPv4 only",
      "Write `ipv6: none`, or put the servers on hetzner or digitalocean",
    ),
    privateIpv6: noPrivateIpv6("Heroku"),
    firstAddress: unsupported("dynos have no addresses that last", "Remove `firstAddress`, and use host names"),
    privateInChosenSubnet: unsupported("a private space of Heroku has no subnets", "Remove `subnet`"),
    placementSpread: unsupported("Heroku chooses the hosts of dynos", "Write `placement: any`"),
    volumes: unsupported(
      "dynos have no disks that last",
      "Remove `volumes`, and keep data in a bucket or a database add-on",
    ),
    portTranslation: unsupported(
      "Heroku chooses the port of dynos, and tells it to them in the variable PORT",
      "Remove `targetPort`, and listen on $PORT",
    ),
    httpHealthCheck: unsupported(
      "the router of Heroku sees only whether dynos take connections",
      "Write `protocol: tcp` in `healthCheck`, or leave it out",
    ),
    autoscaling: unsupported("the API of Heroku does not scale dynos", "Write `count` instead of `autoscaling`"),
    cloudInit: unsupported("dynos have no first boot", "Remove `cloudInit`, and put what it does into the code"),
    labels: unsupported("apps of Heroku carry no labels", "Remove `labels`"),
    sshKeys: unsupported(
      "there are no servers to log in to",
      "Remove `sshKeys`, and open a shell with `heroku ps:exec`",
    ),
  },
  build(scope, { groups }, peers) {
    return buildGroups(scope, groups, peers, (entry, group, name) => {
      checkBalancer(entry, group);
      return {
        pool: (plan) => app(entry, name, plan),
        loadBalancer: (_config, { pool = "" }) => ({ address: pool }),
      };
    });
  },
};

/** The app of a group, and how many dynos it has; its host name is what reaches them. */
function app(scope: Construct, name: string, { group, subnetId, firewallId, protect, dependsOn }: GroupPlan): string {
  const stack = DeploymentStack.of(scope);
  const { id, herokuHostname } = new App(scope, "Default", {
    name: resourceName(scope, [name], { maxLength }),
    region: stack.context.settings.region,
    organization: { name: stack.account },
    // An app says its space by name. `element` makes it wait for the rules of the space.
    space: Token.asString(Fn.element([subnetId, firewallId], 0)),
    internalRouting: !group.publicAddress,
    dependsOn,
    lifecycle: { preventDestroy: protect },
  });
  new Formation(scope, "web", {
    appId: id,
    type: "web",
    quantity: group.count ?? 1,
    size: sizeOf(scope, group, group.native?.heroku?.dynoType).name,
  });
  return herokuHostname;
}

/** The router in front of every app cannot be told much. */
function checkBalancer(entry: Construct, { loadBalancer }: Group): void {
  if (!loadBalancer) return;
  for (const [name, { port }] of Object.entries(loadBalancer.listeners))
    if (!routerPorts.includes(port))
      throw problemAt(
        entry,
        ["loadBalancer", "listeners", name, "port"],
        `heroku: the router listens on ${routerPorts.join(" and ")}, not on ${String(port)}`,
        "Choose one of the two",
      );
  if (loadBalancer.healthCheck.port !== undefined)
    throw problemAt(
      entry,
      ["loadBalancer", "healthCheck", "port"],
      "heroku: the router asks dynos on no port but their own",
      "Remove `port`",
    );
}

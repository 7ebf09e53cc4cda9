import { type AdapterOf, type Construct, problemAt, unsupported } from "@infra/core";
import type { ComputeContract } from "./compute.js";
import { droplet, type Kind } from "./digitalocean-droplet.js";
import { loadBalancer } from "./digitalocean-load-balancer.js";
import { pool } from "./digitalocean-pool.js";
import type { Group } from "./group.js";
import { noPrivateIpv6 } from "./ipv6.js";
import { buildGroups, imageOf, sizeOf } from "./servers.js";

/** Droplets of DigitalOcean. All have public addresses; the firewalls of their groups decide what reaches them. */
export const digitalocean: AdapterOf<ComputeContract> = {
  supports: {
    images: true,
    arm64: unsupported("DigitalOcean has no arm64 droplets", "Write `architecture: amd64`"),
    publicAddress: true,
    privateServers: unsupported(
      "every droplet has a public address",
      "Write `publicAddress: true`; the firewall denies all that no rule allows",
    ),
    publicIpv6: true,
    privateIpv6: noPrivateIpv6("DigitalOcean"),
    firstAddress: unsupported(
      "DigitalOcean chooses the private addresses of droplets",
      "Remove `firstAddress`, and use the addresses that the deployment puts out",
    ),
    privateInChosenSubnet: unsupported("a VPC of DigitalOcean has no subnets", "Remove `subnet`"),
    placementSpread: unsupported("DigitalOcean chooses the hosts of droplets", "Write `placement: any`"),
    volumes: true,
    loadBalancer: true,
    portTranslation: true,
    httpHealthCheck: true,
    autoscaling: true,
    cloudInit: true,
    labels: true,
    sshKeys: true,
  },
  build(scope, { groups }, peers) {
    return buildGroups(scope, groups, peers, (entry, group, name) => {
      checkLabels(entry, group);
      const kind: Kind = {
        size: sizeOf(entry, group, group.native?.digitalocean?.size).name,
        image: imageOf(entry, group)["image"] ?? "",
      };
      return {
        server: (plan) => droplet(entry, plan, kind),
        pool: (plan) => pool(entry, name, plan, kind),
        loadBalancer: (config, targets) => loadBalancer(entry, name, config, targets, peers.network.id),
      };
    });
  },
};

/** Labels become tags; to be checked against https://docs.digitalocean.com/reference/api/reference/tags/. */
function checkLabels(entry: Construct, { labels }: Group): void {
  for (const [key, value] of Object.entries(labels))
    if (!/^[\w-]*$/.test(key + value))
      throw problemAt(
        entry,
        ["labels", key],
        `digitalocean: ${JSON.stringify(`${key}:${value}`)} is not a tag`,
        "Use letters, digits, dashes and underscores only",
      );
}

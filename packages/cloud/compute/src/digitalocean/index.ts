import { type AdapterOf, type Construct, problemAt, unsupported } from "@infra/core";
import type { ComputeContract } from "../contract.js";
import { droplet, type Kind } from "./droplet.js";
import { loadBalancer } from "./load-balancer.js";
import { pool } from "./pool.js";
import { checkCase } from "../labels.js";
import type { Group } from "../group.js";
import { noPrivateIpv6 } from "../ipv6.js";
import { buildGroups, imageOf, sizeOf } from "../servers.js";

/** Droplets of DigitalOcean. All have public addresses; the firewalls of their groups decide what reaches them. */
export const digitalocean: AdapterOf<ComputeContract> = {
  lacks: {
    arm64: unsupported("DigitalOcean has no arm64 droplets", "Write `architecture: amd64`"),
    privateServers: unsupported(
      "every droplet has a public address",
      "Write `publicAddress: true`; the firewall denies all that no rule allows",
    ),
    privateIpv6: noPrivateIpv6("DigitalOcean"),
    firstAddress: unsupported(
      "DigitalOcean chooses the private addresses of droplets",
      "Remove `firstAddress`, and use the addresses that the deployment puts out",
    ),
    privateInChosenSubnet: unsupported("a VPC of DigitalOcean has no subnets", "Remove `subnet`"),
    placementSpread: unsupported("DigitalOcean chooses the hosts of droplets", "Write `placement: any`"),
  },
  build(scope, { groups }, peers) {
    return buildGroups(scope, groups, peers, (entry, group, name) => {
      checkLabels(entry, group);
      checkCase(entry, group);
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

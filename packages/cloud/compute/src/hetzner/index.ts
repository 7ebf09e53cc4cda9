import {
  type AdapterOf,
  type Construct,
  DeploymentStack,
  Fn,
  forEachEntry,
  type IInstance,
  type INetwork,
  problemAt,
  resourceName,
  Token,
  unsupported,
} from "@infra/core";
import { PlacementGroup } from "@infra/provider-hcloud/lib/placement-group";
import { Server } from "@infra/provider-hcloud/lib/server";
import { ServerNetworkA as ServerNetwork } from "@infra/provider-hcloud/lib/server-network";
import { Volume } from "@infra/provider-hcloud/lib/volume";
import { VolumeAttachment } from "@infra/provider-hcloud/lib/volume-attachment";
import type { ComputeContract } from "../contract.js";
import type { Group } from "../group.js";
import { loadBalancer } from "./load-balancer.js";
import { hasPublicIpv6, noPrivateIpv6 } from "../ipv6.js";
import { buildGroups, imageOf, type ServerPlan, sizeOf } from "../servers.js";

/** Hetzner takes at most this many servers in a spread placement group; to be checked against https://docs.hetzner.com/cloud/placement-groups/overview/. */
const spreadLimit = 10;

const lastSubnet = unsupported(
  "a server of Hetzner without a public address joins the last subnet of its network, whichever is named",
  "Write `firstAddress` with an address in that subnet, or give the servers public addresses",
);

/** Servers of Hetzner Cloud, which start only once their private network is attached when they have no public address. */
export const hetzner: AdapterOf<ComputeContract> = {
  lacks: {
    privateIpv6: noPrivateIpv6("Hetzner"),
    privateInChosenSubnet: lastSubnet,
    autoscaling: unsupported("Hetzner does not scale servers by itself", "Write `count` instead of `autoscaling`"),
  },
  build(scope, { groups }, peers) {
    return buildGroups(scope, groups, peers, (entry, group, name) => {
      checkGroup(entry, group, peers.network);
      const kind: Kind = {
        serverType: sizeOf(entry, group, group.native?.hetzner?.serverType).name,
        image: imageOf(entry, group)["name"] ?? "",
        ...(group.placement === "spread" ? spread(entry, name) : {}),
      };
      const attachments: ServerNetwork[] = [];
      return {
        server: (plan) => {
          const { instance, attachment } = server(entry, plan, kind, peers.network);
          if (attachment) attachments.push(attachment);
          return instance;
        },
        loadBalancer: (config, { servers }) =>
          loadBalancer(entry, name, config, {
            servers,
            attachments,
            subnetId: peers.network.subnetId(group.subnet),
          }),
      };
    });
  },
};

/** What the servers of a group are made from. */
interface Kind {
  readonly serverType: string;
  readonly image: string;
  readonly placementGroupId?: number;
}

function checkGroup(
  entry: Construct,
  { placement, count = 1, publicAddress, firstAddress }: Group,
  network: INetwork,
): void {
  if (placement === "spread" && count > spreadLimit)
    throw problemAt(
      entry,
      ["count"],
      `hetzner spreads at most ${String(spreadLimit)} servers, not ${String(count)}`,
      "Split the group in two, or write `placement: any`",
    );
  const several = (network.subnetNames?.length ?? 1) > 1;
  if (!publicAddress && firstAddress === undefined && several)
    throw problemAt(entry, ["publicAddress"], `hetzner: ${lastSubnet.reason}`, lastSubnet.remedy);
}

function spread(scope: Construct, name: string): { placementGroupId: number } {
  const { id } = new PlacementGroup(scope, "placement_group", { name: resourceName(scope, [name]), type: "spread" });
  return { placementGroupId: Token.asNumber(id) };
}

/** One server, and what attaches it to its network where that is not a part of the server. */
interface MadeServer {
  readonly instance: IInstance;
  readonly attachment: ServerNetwork | undefined;
}

function server(scope: Construct, plan: ServerPlan, kind: Kind, network: INetwork): MadeServer {
  const { group, number } = plan;
  const name = resourceName(scope, [plan.name]);
  const resource = new Server(scope, number, {
    ...kind,
    name,
    location: DeploymentStack.of(scope).context.settings.region,
    sshKeys: [...plan.keyIds],
    userData: plan.userData,
    firewallIds: [Token.asNumber(plan.firewallId)],
    labels: { ...plan.labels },
    publicNet: [{ ipv4Enabled: group.publicAddress, ipv6Enabled: hasPublicIpv6(group) }],
    ...(group.publicAddress ? {} : { network: [privateNetwork(plan, network)] }),
    // Hetzner wants both or none.
    deleteProtection: plan.protect,
    rebuildProtection: plan.protect,
    dependsOn: plan.dependsOn,
    lifecycle: { ignoreChanges: ["ssh_keys", "user_data"] },
  });
  volumes(resource, plan);
  const attachment = group.publicAddress ? attach(resource, plan) : undefined;
  const instance = {
    id: resource.id,
    name,
    privateIpv4: attachment?.ip ?? resource.network.get(0).ip,
    ...(group.publicAddress ? { publicIpv4: resource.ipv4Address } : {}),
    ...(hasPublicIpv6(group) ? { publicIpv6: resource.ipv6Address } : {}),
    zone: resource.location,
  };
  return { instance, attachment };
}

/** The network as part of the server. `element` makes the server wait for the subnet, which this block cannot name. */
function privateNetwork({ subnetId, address }: ServerPlan, network: INetwork) {
  return {
    networkId: Token.asNumber(Fn.element([network.id, subnetId], 0)),
    ...(address === undefined ? {} : { ip: address }),
  };
}

function attach(resource: Server, { subnetId, address }: ServerPlan): ServerNetwork {
  return new ServerNetwork(resource, "Default", {
    serverId: Token.asNumber(resource.id),
    subnetId,
    ...(address === undefined ? {} : { ip: address }),
  });
}

function volumes(resource: Server, { group, labels, name: server, protect }: ServerPlan): void {
  forEachEntry(resource, ["volumes"], group.volumes, (entry, { size }, name) => {
    const volume = new Volume(entry, "Default", {
      name: resourceName(entry, [server, name]),
      size,
      location: DeploymentStack.of(entry).context.settings.region,
      labels: { ...labels },
      deleteProtection: protect,
    });
    new VolumeAttachment(volume, "Default", {
      volumeId: Token.asNumber(volume.id),
      serverId: Token.asNumber(resource.id),
    });
  });
}

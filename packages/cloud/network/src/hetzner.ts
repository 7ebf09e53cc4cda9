import {
  type AdapterOf,
  type Construct,
  DeploymentStack,
  forEachEntry,
  resourceName,
  suggest,
  Token,
  unsupported,
} from "@infra/core";
import { Network } from "@infra/provider-hcloud/lib/network";
import { NetworkSubnet } from "@infra/provider-hcloud/lib/network-subnet";
import { KnownNetwork } from "./known-network.js";
import { networkZones } from "./locations.js";
import type { NetworkContract } from "./network.js";
import { planSubnets } from "./plan.js";

/** A network of Hetzner Cloud; its subnets lie in the network zone of the deployment's location. */
export const hetzner: AdapterOf<NetworkContract> = {
  supports: {
    zones: unsupported("a location of Hetzner has no zones", "Remove `zone`; the location is the deployment's region"),
  },
  build(scope, config) {
    const networkZone = zoneOf(scope);
    const network = new Network(scope, "Default", { name: resourceName(scope, []), ipRange: config.cidr });
    const ranges = planSubnets(config);
    const subnets = forEachEntry(scope, ["subnets"], config.subnets, (entry, subnet, name) => {
      const cidr = ranges[name] ?? config.cidr;
      const { id } = new NetworkSubnet(entry, "Default", {
        networkId: Token.asNumber(network.id),
        type: "cloud",
        networkZone,
        ipRange: cidr,
      });
      return { id, cidr, public: subnet.public };
    });
    return new KnownNetwork(network.id, config.cidr, subnets);
  },
};

function zoneOf(scope: Construct): string {
  const stack = DeploymentStack.of(scope);
  const { region } = stack.context.settings;
  const zone = networkZones[region];
  if (zone) return zone;
  const message = `${JSON.stringify(region)} is not a location of Hetzner`;
  throw stack.settingError("region", message, suggest(region, Object.keys(networkZones)));
}

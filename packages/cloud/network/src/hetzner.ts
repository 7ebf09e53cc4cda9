import {
  type AdapterOf,
  checkRegion,
  DeploymentStack,
  forEachEntry,
  resourceName,
  Token,
  unsupported,
} from "@infra/core";
import { Network } from "@infra/provider-hcloud/lib/network";
import { NetworkSubnet } from "@infra/provider-hcloud/lib/network-subnet";
import { checkRange } from "./ranges.js";
import { KnownNetwork } from "./known-network.js";
import type { NetworkContract } from "./contract.js";
import { planSubnets } from "./plan.js";

/** A network of Hetzner Cloud; its subnets lie in the network zone of the deployment's location. */
export const hetzner: AdapterOf<NetworkContract> = {
  lacks: {
    zones: unsupported("a location of Hetzner has no zones", "Remove `zone`; the location is the deployment's region"),
    nat: unsupported(
      "Hetzner has no NAT gateway",
      "Write `nat: false`, and give servers that must reach the internet public addresses: their firewall denies all that comes in",
    ),
    peering: unsupported(
      "networks of Hetzner cannot be peered",
      "Let the deployments share one network: `network: { output: <deployment>.network }`",
    ),
    dnsSuffix: unsupported("a network of Hetzner has no DNS of its own", "Remove `dnsSuffix`, and use a public zone"),
  },
  build(scope, config) {
    checkRange(scope, config);
    const { networkZone = "" } = checkRegion(scope);
    const network = new Network(scope, "Default", {
      name: resourceName(scope, []),
      ipRange: config.cidr,
      deleteProtection: DeploymentStack.of(scope).context.settings.deletionProtection,
    });
    const ranges = planSubnets(config);
    const subnets = forEachEntry(scope, ["subnets"], config.subnets, (entry, _subnet, name) => {
      const cidr = ranges[name] ?? config.cidr;
      const { id } = new NetworkSubnet(entry, "Default", {
        networkId: Token.asNumber(network.id),
        type: "cloud",
        networkZone,
        ipRange: cidr,
      });
      return { id, cidr };
    });
    return new KnownNetwork(config, { id: network.id, subnets });
  },
};

import { Vpc } from "@cdktf/provider-digitalocean/lib/vpc";
import { VpcPeering } from "@cdktf/provider-digitalocean/lib/vpc-peering";
import {
  type AdapterOf,
  checkRegion,
  Construct,
  DeploymentStack,
  forEachEntry,
  objectId,
  resourceName,
  unsupported,
} from "@infra/core";
import { checkRange } from "./ranges.js";
import { KnownNetwork } from "./known-network.js";
import type { NetworkConfig, NetworkContract } from "./contract.js";

/** A VPC of DigitalOcean. It is one range: its only subnet stands for the whole network. */
export const digitalocean: AdapterOf<NetworkContract> = {
  lacks: {
    severalSubnets: unsupported("a VPC of DigitalOcean has no subnets", "Keep one subnet, or make two deployments"),
    subnetRanges: unsupported("a VPC of DigitalOcean has no subnets", "Remove `cidr` of the subnet"),
    privateSubnets: unsupported(
      "every droplet has a public address",
      "Write `public: true`; the firewall denies all that no rule allows",
    ),
    zones: unsupported("a region of DigitalOcean has no zones", "Remove `zone`"),
    nat: unsupported(
      "every droplet has a public address, so a NAT gateway serves nobody",
      "Write `nat: false`; droplets reach the internet by themselves",
    ),
    dnsSuffix: unsupported("a VPC of DigitalOcean has no DNS of its own", "Remove `dnsSuffix`, and use a public zone"),
  },
  build(scope, config) {
    checkRange(scope, config);
    const { name: region } = checkRegion(scope);
    const { id } = new Vpc(scope, "Default", {
      name: resourceName(scope, []),
      region,
      ipRange: config.cidr,
      lifecycle: { preventDestroy: DeploymentStack.of(scope).context.settings.deletionProtection },
    });
    const subnets = Object.keys(config.subnets).map((name) => [name, { id, cidr: config.cidr }]);
    return new KnownNetwork(config, { id, subnets: Object.fromEntries(subnets), peeringIds: peer(scope, config, id) });
  },
};

/** A peering of DigitalOcean holds for both sides: of two networks that name each other, the second is refused. */
function peer(scope: Construct, { peering }: NetworkConfig, vpc: string) {
  return forEachEntry(new Construct(scope, "peering_to"), ["peering"], peering, (entry, { network }, name) => {
    const { id } = new VpcPeering(entry, "Default", {
      name: resourceName(entry, [name]),
      vpcIds: [vpc, objectId(entry, ["network"], "network", network)],
    });
    return id;
  });
}

import { defineStack, forEachEntry, resourceName } from "@infra/core";
import { mapOf, name } from "@infra/inventory";
import { Network } from "@infra/provider-hcloud/lib/network";
import { NetworkSubnet } from "@infra/provider-hcloud/lib/network-subnet";
import { z } from "zod";

const config = z.strictObject({
  /** Networks by name; each makes two resources, the second of which refers to the first. */
  networks: mapOf(z.strictObject({ cidr: z.string(), zone: name().default("eu-central") })),
});

/** The stack that is measured: as little composition as possible, so that what is measured is core and the engine. */
export default defineStack({
  config,
  build(stack, { networks }) {
    stack.useProvider();
    const ids = forEachEntry(stack, ["networks"], networks, (scope, { cidr, zone }, key) => {
      const network = new Network(scope, "network", { name: resourceName(scope, [key]), ipRange: cidr });
      new NetworkSubnet(scope, "subnet", {
        networkId: network.id as unknown as number,
        type: "cloud",
        networkZone: zone,
        ipRange: cidr,
      });
      return network.id;
    });
    return { ids };
  },
});

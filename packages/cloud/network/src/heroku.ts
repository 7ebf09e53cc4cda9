import {
  type AdapterOf,
  checkRegion,
  type Construct,
  DeploymentStack,
  prefixOf,
  problemAt,
  resourceName,
  unsupported,
} from "@infra/core";
import { Space } from "@infra/provider-heroku/lib/space";
import { KnownNetwork } from "./known-network.js";
import type { NetworkConfig, NetworkContract } from "./contract.js";

/** Longest name of a space; to be checked against https://devcenter.heroku.com/articles/platform-api-reference#space. */
const maxLength = 30;

/**
 * A private space of Heroku. It has no subnets: the only one stands for the whole space, and its id is the space's name, which is what
 * apps say. Traffic leaves every space through gateways of its own.
 */
export const heroku: AdapterOf<NetworkContract> = {
  lacks: {
    severalSubnets: unsupported("a private space of Heroku has no subnets", "Keep one subnet"),
    subnetRanges: unsupported("a private space of Heroku has no subnets", "Remove `cidr` of the subnet"),
    zones: unsupported("a private space of Heroku spreads over zones by itself", "Remove `zone`"),
    peering: unsupported(
      "a private space of Heroku is peered only with networks of AWS, which ask for it",
      "Remove `peering`, and ask for the peering from AWS",
    ),
    dnsSuffix: unsupported(
      "a private space of Heroku has no DNS of its own",
      "Remove `dnsSuffix`; apps find each other by their host names",
    ),
  },
  build(scope, config) {
    checkRegion(scope);
    checkRange(scope, config);
    const stack = DeploymentStack.of(scope);
    const { region, deletionProtection } = stack.context.settings;
    const { id, name } = new Space(scope, "Default", {
      name: resourceName(scope, [], { maxLength }),
      organization: stack.account,
      region,
      cidr: config.cidr,
      lifecycle: { preventDestroy: deletionProtection },
    });
    const subnets = Object.keys(config.subnets).map((subnet) => [subnet, { id: name, cidr: config.cidr }]);
    return new KnownNetwork(config, { id, subnets: Object.fromEntries(subnets) });
  },
};

/** Heroku takes a /16 of the private ranges. */
function checkRange(scope: Construct, { cidr }: NetworkConfig): void {
  const isPrivate = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)/.test(cidr);
  if (isPrivate && prefixOf(cidr) === 16) return;
  throw problemAt(
    scope,
    ["cidr"],
    `heroku: ${JSON.stringify(cidr)} is not a private /16`,
    "Choose a /16 inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16",
  );
}

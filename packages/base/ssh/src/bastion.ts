import { type Construct, infraError, type INetwork, originOf, suggest } from "@infra/core";

/** The server that a bastion is, by cloud: the smallest that is worth having. What to check it against: see the size table of @infra/cloud-compute. */
export const bastionServers = {
  aws: {
    instanceType: "t3.micro",
    /** Debian's account; to be checked against https://wiki.debian.org/Cloud/AmazonEC2Image. */
    imageOwner: "136693071363",
    imageName: "debian-12-amd64-*",
  },
  hetzner: { serverType: "cx23", image: "debian-12" },
} as const;

/** A bastion that is wanted. */
export interface BastionConfig {
  /** IPv4 networks that may reach it, in CIDR notation. */
  readonly from: readonly string[];
  /** Name of the subnet that it joins. */
  readonly subnet: string;
}

/** The provider's id of the subnet that a bastion joins. @throws InfraError for one that is unknown or not public. */
export function bastionSubnetId(scope: Construct, network: INetwork, subnet: string): string {
  const path = [...originOf(scope), "bastion", "subnet"].join(".");
  const known = network.subnetNames;
  if (known && !known.includes(subnet))
    throw infraError(`${JSON.stringify(subnet)} is not a subnet of the network`, suggest(subnet, known), { path });
  if (network.isPublic(subnet) === false)
    throw infraError(
      `the subnet ${subnet} is private, so a bastion in it cannot be reached`,
      "Choose a public subnet",
      {
        path,
      },
    );
  return network.subnetId(subnet);
}

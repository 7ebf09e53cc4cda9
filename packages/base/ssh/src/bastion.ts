import {
  type Construct,
  type INetwork,
  problemAt,
  type ResolvedSize,
  resolveImage,
  resolveSize,
  suggest,
} from "@infra/core";

/** A bastion that is wanted. */
export interface BastionConfig {
  /** IPv4 networks that may reach it, in CIDR notation. */
  readonly from: readonly string[];
  /** Name of the subnet that it joins. */
  readonly subnet: string;
}

/** The smallest kind of server that the cloud has, and how it names the image. */
export function bastionKind(scope: Construct): {
  readonly size: ResolvedSize;
  readonly image: Readonly<Record<string, string>>;
} {
  return {
    size: resolveSize(scope, { cpus: 1, memory: 1 }, "amd64"),
    image: resolveImage(scope, undefined, "amd64"),
  };
}

/** The provider's id of the subnet that a bastion joins. @throws InfraError for one that is unknown or not public. */
export function bastionSubnetId(scope: Construct, network: INetwork, subnet: string): string {
  const path = ["bastion", "subnet"];
  const known = network.subnetNames;
  if (known && !known.includes(subnet))
    throw problemAt(scope, path, `${JSON.stringify(subnet)} is not a subnet of the network`, suggest(subnet, known));
  if (network.isPublic(subnet) === false)
    throw problemAt(
      scope,
      path,
      `the subnet ${subnet} is private, so a bastion in it cannot be reached`,
      "Choose a public subnet",
    );
  return network.subnetId(subnet);
}

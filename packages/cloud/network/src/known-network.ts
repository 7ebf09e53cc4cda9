import type { INetwork, Zone } from "@infra/core";
import { infraError, suggest } from "@infra/inventory";
import type { NetworkConfig } from "./contract.js";

/** What an adapter has made of a network. */
export interface MadeNetwork {
  readonly id: string;
  /** The provider's id and the IPv4 range of each subnet. */
  readonly subnets: Readonly<Record<string, { readonly id: string; readonly cidr: string }>>;
  /** The provider's ids of peerings. @default - none */
  readonly peeringIds?: Readonly<Record<string, string>>;
}

/** The network that an adapter has made. */
export class KnownNetwork implements INetwork {
  readonly id: string;
  readonly cidr: string;
  readonly peeringIds: Readonly<Record<string, string>>;

  constructor(
    private readonly config: NetworkConfig,
    private readonly made: MadeNetwork,
  ) {
    this.id = made.id;
    this.cidr = config.cidr;
    this.peeringIds = made.peeringIds ?? {};
  }

  get subnetNames(): readonly string[] {
    return Object.keys(this.made.subnets);
  }

  subnetId(name: string): string {
    return this.subnet(name).id;
  }

  subnetCidr(name: string): string {
    return this.subnet(name).cidr;
  }

  isPublic(name: string): boolean | undefined {
    return this.config.subnets[name]?.public;
  }

  subnetZone(name: string): Zone | undefined {
    return this.config.subnets[name]?.zone;
  }

  private subnet(name: string): { readonly id: string; readonly cidr: string } {
    const subnet = this.made.subnets[name];
    if (subnet) return subnet;
    throw infraError(`${JSON.stringify(name)} is not a subnet of the network`, suggest(name, this.subnetNames));
  }
}

import { infraError, type INetwork, suggest } from "@infra/core";

/** A subnet that the deployment makes itself. */
export interface KnownSubnet {
  readonly id: string;
  /** IPv4 range, in CIDR notation. */
  readonly cidr: string;
  readonly public: boolean;
}

/** The network that an adapter has made. */
export class KnownNetwork implements INetwork {
  constructor(
    readonly id: string,
    readonly cidr: string,
    private readonly subnets: Readonly<Record<string, KnownSubnet>>,
  ) {}

  get subnetNames(): readonly string[] {
    return Object.keys(this.subnets);
  }

  subnetId(name: string): string {
    return this.subnet(name).id;
  }

  subnetCidr(name: string): string {
    return this.subnet(name).cidr;
  }

  isPublic(name: string): boolean {
    return this.subnet(name).public;
  }

  private subnet(name: string): KnownSubnet {
    const subnet = this.subnets[name];
    if (subnet) return subnet;
    throw infraError(`${JSON.stringify(name)} is not a subnet of the network`, suggest(name, this.subnetNames));
  }
}

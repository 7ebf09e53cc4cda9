/** A private network, as other modules see it. */
export interface INetwork {
  /** The provider's id. */
  readonly id: string;
  /** IPv4 range, in CIDR notation. */
  readonly cidr: string;
  /** Names of its subnets. @default - not known before the run: the network belongs to another deployment */
  readonly subnetNames?: readonly string[];
  /** The provider's id of a subnet, by its name in the inventory. @throws InfraError for a name that it does not have. */
  subnetId(name: string): string;
  /** IPv4 range of a subnet, in CIDR notation. Undefined when only the run knows. */
  subnetCidr(name: string): string | undefined;
  /** May servers in the subnet have public addresses? Undefined when only the run knows. */
  isPublic(name: string): boolean | undefined;
}

/** Firewalls by group of servers, as other modules see them. */
export interface IFirewall {
  /** The provider's id of the firewall of a group. */
  firewallId(group: string): string;
}

/** SSH keys and the way in, as other modules see them. */
export interface ISsh {
  /** The user that people log in as, on every server. */
  readonly user: string;
  /** The provider's ids of keys, by their names in the inventory. @default - all keys */
  keyIds(names?: readonly string[]): string[];
  /** Public keys in OpenSSH's format, by their names in the inventory. @default - all keys */
  publicKeys(names?: readonly string[]): string[];
  /** Public address of the bastion. @default - there is no bastion */
  readonly bastionAddress?: string;
}

/** One server, as other modules see it. */
export interface IInstance {
  readonly id: string;
  readonly name: string;
  /** Private IPv4 address. */
  readonly privateIpv4: string;
  /** Public IPv4 address. @default - the server has none */
  readonly publicIpv4?: string;
}

/** Groups of servers, as other modules see them. */
export interface ICompute {
  /** Servers by group and name: `web` → `web-1`. */
  readonly groups: Readonly<Record<string, Readonly<Record<string, IInstance>>>>;
}

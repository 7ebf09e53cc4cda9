/** A private network, as other modules see it. */
export interface INetwork {
  /** The provider's id. */
  readonly id: string;
  /** IPv4 range, in CIDR notation. */
  readonly cidr: string;
  /** The provider's id of a subnet, by its name in the inventory. */
  subnetId(name: string): string;
}

/** Firewalls by group of servers, as other modules see them. */
export interface IFirewall {
  /** The provider's id of the firewall of a group. */
  firewallId(group: string): string;
}

/** SSH keys and the way in, as other modules see them. */
export interface ISsh {
  /** The provider's ids of the keys, by their name in the inventory. */
  readonly keyIds: Readonly<Record<string, string>>;
  /** The public keys themselves, by name: for clouds that take one key per server. */
  readonly publicKeys: Readonly<Record<string, string>>;
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

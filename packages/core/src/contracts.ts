import type { ITerraformDependable } from "./cdktf.js";

/** Letter of a zone in a region. */
export type Zone = "a" | "b" | "c";

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
  /** The provider's ids of peerings, by their names in the inventory. */
  readonly peeringIds: Readonly<Record<string, string>>;
  /**
   * What must exist before servers and load balancers in the subnet, although none of their arguments names it: routes, gateways,
   * associations. @default - nothing
   */
  prerequisites?(subnet: string): ITerraformDependable[];
  /** The zone that servers in the subnet belong to. Undefined when the cloud chooses, or only the run knows. */
  subnetZone(name: string): Zone | undefined;
}

/** Firewalls by group of servers, as other modules see them. */
export interface IFirewall {
  /** What a server names to be protected by the firewall of its group: an id, or on gcp and digitalocean a tag. */
  firewallId(group: string): string;
  /** What a server names besides, so that rules for traffic of its group mean it (azure). @default - the firewall's id says it */
  membershipId?(group: string): string | undefined;
  /** What must exist before the servers of the group, although none of their arguments names it: the rules. @default - nothing */
  prerequisites?(group: string): ITerraformDependable[];
}

/** SSH keys, as other modules see them. */
export interface ISsh {
  /** The user that people log in as, on every server. */
  readonly user: string;
  /** The provider's ids of keys, by their names in the inventory. @default - all keys */
  keyIds(names?: readonly string[]): string[];
  /** Public keys in OpenSSH's format, by their names in the inventory. @default - all keys */
  publicKeys(names?: readonly string[]): string[];
}

/** One server, as other modules see it. */
export interface IInstance {
  readonly id: string;
  readonly name: string;
  /** Private IPv4 address. */
  readonly privateIpv4: string;
  /** Public IPv4 address. @default - the server has none */
  readonly publicIpv4?: string;
  /** Public IPv6 address. @default - the server has none */
  readonly publicIpv6?: string;
  /** The cloud's name of the zone, or of the location where there are no zones. @default - the cloud does not say */
  readonly zone?: string;
}

/** What receives the traffic of a group of servers. */
export interface ILoadBalancer {
  /** Public IPv4 address; a host name on clouds that have no fixed address (heroku). */
  readonly address: string;
}

/** Groups of servers, as other modules see them. */
export interface ICompute {
  /** Servers by group and name: `web` → `web-1`. A group whose size the cloud decides names none. */
  readonly groups: Readonly<Record<string, Readonly<Record<string, IInstance>>>>;
  /** Load balancers by group; groups without one are left out. */
  readonly loadBalancers: Readonly<Record<string, ILoadBalancer>>;
}

/** A bucket, as other modules see it. */
export interface IBucket {
  /** What the replication of another bucket names: an ARN on aws, a resource id on azure, elsewhere the name. */
  readonly id: string;
  /** The name that clients say. */
  readonly name: string;
  /** URL of the S3 interface, or of the cloud's own where it has no S3 interface. */
  readonly endpoint: string;
  readonly region: string;
  /** Where a client finds its credentials, as a reference to a secret: `secret://<path>`. Never the credentials. */
  readonly credentials: string;
}

/** Buckets, as other modules see them. */
export interface IStorage {
  /** Buckets by their name in the inventory. */
  readonly buckets: Readonly<Record<string, IBucket>>;
}

/** A DNS zone, as other modules see it. */
export interface IZone {
  readonly id: string;
  /** Host names that the domain's registrar must name; none where the cloud hosts no zones (heroku). */
  readonly nameServers: readonly string[] | string;
  /** Host names that records elsewhere must point at, by their name in the inventory. @default - the cloud hosts the zone */
  readonly targets?: Readonly<Record<string, string>>;
}

/** DNS zones, as other modules see them. */
export interface IDns {
  /** Zones by their name in the inventory. */
  readonly zones: Readonly<Record<string, IZone>>;
}

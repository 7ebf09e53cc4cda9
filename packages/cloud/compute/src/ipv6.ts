import { type Gap, unsupported } from "@infra/core";
import type { Group } from "./group.js";

/** Do the servers of a group get public IPv6 addresses, on a cloud that gives them with the public IPv4 ones? */
export function hasPublicIpv6({ publicAddress, ipv6 = "public" }: Group): boolean {
  return publicAddress && ipv6 === "public";
}

/** A cloud whose private networks, as the module network makes them, have IPv4 ranges alone. */
export function noPrivateIpv6(cloud: string): Gap {
  return unsupported(
    `private networks on ${cloud} are made with IPv4 ranges only`,
    "Write `ipv6: none`, and use the private IPv4 addresses",
  );
}

/** A cloud whose servers take their IPv6 addresses from the subnet, which the module network gives IPv4 ranges alone. */
export function ipv4Only(cloud: string): { readonly publicIpv6: Gap; readonly privateIpv6: Gap } {
  const publicIpv6 = unsupported(
    `servers on ${cloud} take IPv6 addresses from their subnet, and subnets are made with IPv4 ranges only`,
    "Write `ipv6: none`, or put the servers on hetzner or digitalocean",
  );
  return { publicIpv6, privateIpv6: noPrivateIpv6(cloud) };
}

import { shortHash } from "@infra/inventory";

/** Longest DNS label of a network or subnet of Oracle; to be checked against https://docs.oracle.com/en-us/iaas/Content/Network/Concepts/dns.htm. */
const maxLength = 15;

/** A DNS label of letters and digits. A name that is none by itself keeps its beginning and ends with digits of its hash. */
export function dnsLabel(name: string): string {
  if (name.length <= maxLength && /^[a-z][a-z0-9]*$/.test(name)) return name;
  const hash = shortHash(name);
  return `${name.replaceAll("-", "").slice(0, maxLength - hash.length)}${hash}`;
}

import { Address4 } from "ip-address";

/** Do two IPv4 networks share an address? */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [range(one), range(other)];
  return a.first <= b.last && b.first <= a.last;
}

/** Does the outer network hold the whole inner one? */
export function contains(outer: string, inner: string): boolean {
  const [a, b] = [range(outer), range(inner)];
  return a.first <= b.first && b.last <= a.last;
}

/**
 * The n-th network of a prefix length inside another: `subnetOf("10.0.0.0/16", 24, 1)` is `10.0.1.0/24`.
 *
 * @returns undefined when the outer network has no such part.
 */
export function subnetOf(outer: string, prefixLength: number, index: number): string | undefined {
  const { first, last } = range(outer);
  const size = 2n ** BigInt(32 - prefixLength);
  const start = first + BigInt(index) * size;
  if (prefixLength < prefixOf(outer) || start + size - 1n > last) return undefined;
  return `${Address4.fromBigInt(start).correctForm()}/${String(prefixLength)}`;
}

/** The prefix length of a network: 16 for `10.0.0.0/16`. */
export function prefixOf(network: string): number {
  return Number(network.slice(network.indexOf("/") + 1));
}

function range(network: string): { first: bigint; last: bigint } {
  const address = new Address4(network);
  return { first: address.startAddress().bigInt(), last: address.endAddress().bigInt() };
}

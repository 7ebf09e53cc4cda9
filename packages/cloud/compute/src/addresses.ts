/** An IPv4 address as a number; undefined when the text is not one, also for numbers with leading zeros, which some read as octal. */
export function parseIpv4(text: string): number | undefined {
  const parts = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/
    .exec(text)
    ?.slice(1)
    .map(Number);
  return parts?.every((part) => part <= 255) ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined;
}

/** The address that comes a number of steps after another: `10.0.0.255`, 1 → `10.0.1.0`. */
export function addressAfter(first: string, steps: number): string {
  const number = (parseIpv4(first) ?? 0) + steps;
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}

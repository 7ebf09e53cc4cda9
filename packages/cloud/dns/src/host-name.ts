import { type Finding, rule } from "@infra/inventory";
import { isIPv4, isIPv6 } from "node:net";
import { z } from "zod";

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const labelWithUnderscores = "(?!-)[a-z0-9_-]{1,63}(?<!-)";

const hostPattern = new RegExp(`^(?:${label}\\.)+${label}$`);
const targetPattern = new RegExp(`^(?:${labelWithUnderscores}\\.)+${label}$`);
const namePattern = new RegExp(`^(?:@|\\*|(?:\\*\\.)?${labelWithUnderscores}(?:\\.${labelWithUnderscores})*)$`);

/** The name of a record in its zone: `www`, `_sip._tcp`, `*.apps`, `@` for the zone itself. */
export function recordName(): z.ZodString {
  return rule(z.string(), (value) =>
    namePattern.test(value)
      ? undefined
      : {
          message: `${JSON.stringify(value)} is not the name of a record`,
          remedy:
            'Write it in lower case without the domain and without a dot at the end, such as www or _sip._tcp; "@" is the zone itself',
        },
  );
}

/** What is wrong with the name of a host. @param underscores May its labels hold underscores? */
export function findHostProblem(value: string, underscores: boolean): Finding | undefined {
  if ((underscores ? targetPattern : hostPattern).test(value) && value.length <= 253 && !isIPv4(value))
    return undefined;
  return {
    message: `${JSON.stringify(value)} is not a host name`,
    remedy: value.endsWith(".")
      ? `Leave out the dot at the end: ${value.slice(0, -1)}`
      : "Write the whole name in lower case, such as mail.acme.example",
  };
}

/** What is wrong with an IPv4 address. */
export function findIpv4Problem(value: string): Finding | undefined {
  return isIPv4(value)
    ? undefined
    : {
        message: `${JSON.stringify(value)} is not an IPv4 address`,
        remedy: isIPv6(value) ? "Put it into a record of type AAAA" : "Write four numbers, such as 192.0.2.10",
      };
}

/** What is wrong with an IPv6 address. */
export function findIpv6Problem(value: string): Finding | undefined {
  return isIPv6(value) && !value.includes("%")
    ? undefined
    : {
        message: `${JSON.stringify(value)} is not an IPv6 address`,
        remedy: isIPv4(value) ? "Put it into a record of type A" : "Write it without a zone, such as 2001:db8::10",
      };
}

/** An IPv6 address as clouds give it back, so that no plan shows a difference of spelling. */
export function canonicalIpv6(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

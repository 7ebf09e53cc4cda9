import { Token } from "@infra/core";
import { type Finding, Reference } from "@infra/inventory";
import { isIPv6 } from "node:net";
import { canonicalIpv6, findHostProblem, findIpv4Problem, findIpv6Problem } from "./host-name.js";
import type { CaaValue, DnsRecord, MxValue, RecordType, RecordValue, SrvValue } from "./record.js";
import { printable, textOfValue } from "./text.js";

/** Longest text of a TXT record, in characters. */
const longestText = 4096;

/** What is wrong with a value of a type, if it has the form of the type. */
type Finder = (value: RecordValue) => Finding | undefined;

const finders: Readonly<Record<RecordType, Finder>> = {
  A: textual("A", "192.0.2.10", runTime(findIpv4Problem)),
  AAAA: textual("AAAA", "2001:db8::10", runTime(findIpv6Problem)),
  CNAME: textual("CNAME", "www.acme.example", runTime(anyHost)),
  NS: textual("NS", "ns1.acme.example", known(hostOnly)),
  TXT: textual("TXT", "v=spf1 -all", known(findTextProblem)),
  MX: (value) =>
    isMx(value)
      ? within("host", hostOrNone(value.host))
      : wrongForm("MX", value, "{ priority: 10, host: mail.acme.example }"),
  SRV: (value) =>
    isSrv(value)
      ? within("target", hostOrNone(value.target))
      : wrongForm("SRV", value, "{ priority: 10, weight: 5, port: 5060, target: sip.acme.example }"),
  CAA: (value) =>
    isCaa(value)
      ? within("value", findCaaProblem(value))
      : wrongForm("CAA", value, "{ tag: issue, value: letsencrypt.org }"),
};

/** Is it a value of a record of type MX? */
export function isMx(value: RecordValue): value is MxValue {
  return typeof value === "object" && "host" in value;
}

/** Is it a value of a record of type SRV? */
export function isSrv(value: RecordValue): value is SrvValue {
  return typeof value === "object" && "target" in value;
}

/** Is it a value of a record of type CAA? */
export function isCaa(value: RecordValue): value is CaaValue {
  return typeof value === "object" && "tag" in value;
}

/** Is it a text, or a reference to one? */
export function isText(value: RecordValue): value is string | Reference {
  return typeof value === "string" || value instanceof Reference;
}

/** What is wrong with a record, apart from the zone that it is in. */
export function findRecordProblems(record: DnsRecord): Finding[] {
  const { type, values, alias } = record;
  if (alias !== undefined) return findAliasProblems(record);
  const missing = "Write `type` and `values`, or an `alias`";
  if (!type) return [{ message: "a type is missing", remedy: missing, path: ["type"] }];
  if (!values) return [{ message: "values are missing", remedy: missing, path: ["values"] }];
  if (type === "CNAME" && values.length > 1)
    return [{ message: "a CNAME has one value", remedy: "Keep one host name", path: ["values", 1] }];
  const found = values.flatMap((value, index) => {
    const finding = finders[type](value);
    return finding ? [{ ...finding, path: ["values", index, ...(finding.path ?? [])] }] : [];
  });
  return found.length > 0 ? found : findRepeated(values);
}

function findAliasProblems({ type, values }: DnsRecord): Finding[] {
  return [
    ...(type && type !== "A"
      ? [
          {
            message: `${JSON.stringify(type)} is not the type of an alias`,
            remedy: "Remove `type`: an alias is an A record",
            path: ["type"],
          },
        ]
      : []),
    ...(values
      ? [{ message: "an alias has no other values", remedy: "Remove `values` or `alias`", path: ["values"] }]
      : []),
  ];
}

function findRepeated(values: readonly RecordValue[]): Finding[] {
  const texts = values.map(shown);
  return texts.flatMap((text, index) =>
    texts.indexOf(text) < index
      ? [{ message: `${text} is there twice`, remedy: "Remove one of the two", path: ["values", index] }]
      : [],
  );
}

/** A value as messages show it; two spellings of an IPv6 address look the same. */
function shown(value: RecordValue): string {
  if (value instanceof Reference) return `{ output: ${value.toString()} }`;
  return JSON.stringify(typeof value === "string" && isIPv6(value) ? canonicalIpv6(value) : value);
}

function textual(type: RecordType, example: string, find: (value: string | Reference) => Finding | undefined): Finder {
  return (value) => (isText(value) ? find(value) : wrongForm(type, value, example));
}

/** The value of a reference is only known when the engine runs. */
function runTime(find: (text: string) => Finding | undefined) {
  return (value: string | Reference) =>
    value instanceof Reference || Token.isUnresolved(value) ? undefined : find(value);
}

function known(find: (text: string) => Finding | undefined) {
  return (value: string | Reference): Finding | undefined =>
    value instanceof Reference
      ? {
          message: `${shown(value)} stands where a text must be known before the run`,
          remedy: "Write the text itself; records of type A, AAAA and CNAME take references",
        }
      : find(value);
}

function wrongForm(type: RecordType, value: RecordValue, example: string): Finding {
  return { message: `${shown(value)} is not a value of ${type}`, remedy: `Write it like ${example}` };
}

function within(key: string, finding: Finding | undefined): Finding | undefined {
  return finding && { ...finding, path: [key] };
}

function hostOnly(value: string): Finding | undefined {
  return findHostProblem(value, false);
}

/** A single dot says that there is no such service: no mail (RFC 7505), no server (RFC 2782). */
function hostOrNone(value: string): Finding | undefined {
  return value === "." ? undefined : hostOnly(value);
}

function anyHost(value: string): Finding | undefined {
  return findHostProblem(value, true);
}

function findTextProblem(value: string): Finding | undefined {
  const text = textOfValue(value);
  if (!printable.test(text))
    return {
      message: `${JSON.stringify(text)} holds characters that are not printable ASCII`,
      remedy: "Write it in one line, and encode other characters as the reader of the text expects",
    };
  if (text.length === 0 || text.length > longestText)
    return {
      message: `a text of ${String(text.length)} characters is not between 1 and ${String(longestText)}`,
      remedy: "Shorten it, or split it into values of its own",
    };
  if (/^".*"$/.test(text))
    return { message: `${text} is in quotes`, remedy: "Write the plain text: quotes are added for each cloud" };
  return undefined;
}

/** The notation of zone files has no escapes that every cloud knows for these. */
function findCaaProblem({ tag, value }: CaaValue): Finding | undefined {
  if (!printable.test(value) || /["\\]/.test(value))
    return {
      message: `${JSON.stringify(value)} holds quotes, backslashes or characters that are not printable ASCII`,
      remedy: "Write it without them, such as letsencrypt.org",
    };
  if (tag === "iodef" && !/^(?:mailto:|https?:\/\/)/.test(value))
    return {
      message: `${JSON.stringify(value)} is not a URL for reports`,
      remedy: "Write mailto:security@acme.example or a URL of http or https",
    };
  return undefined;
}

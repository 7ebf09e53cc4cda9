import { Token } from "@infra/core";
import { domainName, mapOf, orReference, rule } from "@infra/inventory";
import { isIPv4 } from "node:net";
import { z } from "zod";
import { findHostProblem, recordName } from "./host-name.js";
import { findRecordProblems } from "./record-rules.js";

/** The types of records. */
export const recordTypes = ["A", "AAAA", "CAA", "CNAME", "MX", "NS", "SRV", "TXT"] as const;

/** The type of a record. */
export type RecordType = (typeof recordTypes)[number];

const number = (most: number) => z.int().min(0).max(most);

const mx = z.strictObject({
  priority: number(65535).describe("MX: order among mail servers, 0 to 65535; the lowest is tried first"),
  host: z.string().describe("MX: name of the mail server, such as mail.acme.example"),
});

const srv = z.strictObject({
  priority: number(65535).describe("SRV: order among servers, 0 to 65535; the lowest is tried first"),
  weight: number(65535).describe("SRV: share among servers of one priority, 0 to 65535"),
  port: number(65535).describe("SRV: port of the service, 0 to 65535"),
  target: z.string().describe("SRV: name of the server, such as sip.acme.example"),
});

const caa = z.strictObject({
  flags: number(255).default(0).describe("CAA: 0, or 128 for what an authority must understand"),
  tag: z.enum(["issue", "issuewild", "iodef"]).describe("CAA: issue, issuewild or iodef"),
  value: z
    .string()
    .min(1)
    .max(255)
    .describe("CAA: the authority, such as letsencrypt.org; the URL for reports (iodef)"),
});

/** A value of a record of type MX. */
export type MxValue = z.output<typeof mx>;

/** A value of a record of type SRV. */
export type SrvValue = z.output<typeof srv>;

/** A value of a record of type CAA. */
export type CaaValue = z.output<typeof caa>;

const value = z.union([orReference(z.string()), mx, srv, caa]);

/** A value of a record, in the form of its type. */
export type RecordValue = z.output<typeof value>;

/** How long answers may be kept, in seconds. */
export const ttl = z.int().min(1).max(604800);

/** An address or a host name. */
const target = rule(z.string(), (text) => {
  const finding = findHostProblem(text, false);
  return isIPv4(text) || Token.isUnresolved(text) || !finding
    ? undefined
    : { ...finding, message: `${JSON.stringify(text)} is neither an IPv4 address nor a host name` };
});

const recordShape = z.strictObject({
  name: recordName()
    .optional()
    .describe('name in the zone, such as www or *.apps; "@" is the zone itself; by default the key'),
  type: z
    .enum(recordTypes)
    .optional()
    .describe(`${recordTypes.join(", ")}; left out when there is an \`alias\``),
  values: z
    .array(value)
    .min(1)
    .optional()
    .describe(
      "A, AAAA: addresses; CNAME (only one), NS: host names; TXT: plain texts; MX, SRV, CAA: maps; A, AAAA and CNAME take references too",
    ),
  alias: orReference(target)
    .optional()
    .describe(
      "address of a load balancer or a server, { output: <deployment>.loadBalancers.<group>.address }; makes an A record",
    ),
  ttl: ttl.optional().describe("seconds that answers may be kept, 1 to 604800; by default the zone's"),
});

/** A record as its schema gives it. */
export type DnsRecord = z.output<typeof recordShape>;

/** What a user may say of a record. */
export const recordConfig = rule(recordShape, findRecordProblems);

/** What a user may say of a zone, without the rules that its records obey together. */
export const zoneShape = z.strictObject({
  domain: domainName().describe("the domain, such as acme.example"),
  ttl: ttl.optional().describe("seconds that answers may be kept, 1 to 604800; by default 300"),
  records: mapOf(recordConfig).default({}).describe("records by a name of your choice"),
});

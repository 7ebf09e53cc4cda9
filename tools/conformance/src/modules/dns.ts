import { Dns, type DnsContract, dnsContract, type DnsProps, dnsAdapters } from "@infra/cloud-dns";
import { referenceTo } from "@infra/core/testing";
import type { FeatureOf } from "@infra/core";
import { z } from "zod";
import type { ModuleCase } from "./module-case.js";
import { hostName, perEntry, perKey, text } from "./output-forms.js";

const domain = "acme.example";
const output = "compute.loadBalancers.web.address";
const address = referenceTo(output);

/** A zone with records. */
const zone = (records: object, more: object = {}) => ({ zones: { main: { domain, records, ...more } } });
/** A zone with one record, `www` unless it has another name. */
const record = (www: object) => zone({ www });
const textRecord = (...values: unknown[]) => record({ type: "TXT", values });

const uses: Record<FeatureOf<DnsContract>, object> = {
  addressAlias: record({ alias: "192.0.2.10" }),
  appAlias: record({ alias: "acme-web-0123456789ab.herokuapp.com" }),
  hosting: record({ type: "A", values: ["192.0.2.10"] }),
  ttl: zone({ www: { alias: address, ttl: 600 } }, { ttl: 3600 }),
};

const www = "zones.main.records.www";

/** The module dns. */
export const dns: ModuleCase = {
  word: "dns",
  folder: "packages/cloud/dns",
  examples: [{ name: "web-and-mail", refusedBy: ["heroku"] }, { name: "alias" }],
  contract: dnsContract,
  adapters: dnsAdapters,
  build: (stack, props, id = "dns") => ({ [id]: new Dns(stack, id, props as DnsProps).zones }),
  puts: ({ props, has }) =>
    perEntry((props as DnsProps).zones, ({ records = {} }: DnsProps["zones"][string]) =>
      has("hosting")
        ? z.strictObject({ id: text, nameServers: z.array(hostName).min(1) })
        : z.strictObject({ id: text, nameServers: z.tuple([]), targets: perKey(records, hostName) }),
    ),
  peers: () => ({}),
  outputs: { [output]: "192.0.2.10" },
  props: record({ alias: address }),
  uses,
  maps: [
    { path: "zones", value: { domain: "acme-mail.example" }, props: uses.hosting, feature: "hosting" },
    {
      path: "zones.main.records",
      value: { type: "A", values: ["192.0.2.12"] },
      props: uses.hosting,
      feature: "hosting",
    },
    {
      path: "zones",
      value: { domain: "acme-mail.example", records: { www: { alias: "acme-mail.herokuapp.com" } } },
      props: uses.appAlias,
      feature: "appAlias",
    },
    {
      path: "zones.main.records",
      value: { alias: "acme-mail.herokuapp.com" },
      props: uses.appAlias,
      feature: "appAlias",
    },
  ],
  refusals: {
    "no zones": { props: {}, path: "zones", says: ["zones", "is missing", "zones by a name"] },
    "a zone without a domain": {
      props: { zones: { main: {} } },
      path: "zones.main.domain",
      says: ["domain", "is missing", "acme.example"],
    },
    "a domain with a dot at the end": {
      props: { zones: { main: { domain: "acme.example." } } },
      path: "zones.main.domain",
      says: ['"acme.example."', "is not a domain name", "for example acme.example"],
    },
    "two zones with one domain": {
      props: { zones: { main: { domain }, other: { domain } } },
      path: "zones.other.domain",
      says: ['"acme.example"', "is also the domain of the zone main", "into main"],
    },
    "an unknown key": {
      props: zone({}, { recrods: {} }),
      path: "zones.main.recrods",
      says: ["recrods", "not a known key", 'Did you mean "records"'],
    },
    "a time to live of zero": {
      props: zone({}, { ttl: 0 }),
      path: "zones.main.ttl",
      says: ["0", "too small: at least 1", "1 to 604800"],
    },
    "a record without a type": {
      props: record({ values: ["192.0.2.10"] }),
      path: `${www}.type`,
      says: ["type", "is missing", "`alias`"],
    },
    "a record without values": {
      props: record({ type: "A" }),
      path: `${www}.values`,
      says: ["values", "are missing", "`alias`"],
    },
    "an unknown type": {
      props: record({ type: "AAAAA", values: ["x"] }),
      path: `${www}.type`,
      says: ['"AAAAA"', "is not a known type", 'Did you mean "AAAA"'],
    },
    "a name with a dot at the end": {
      props: zone({ www: { name: "www.", alias: "192.0.2.10" } }),
      path: `${www}.name`,
      says: ['"www."', "is not the name of a record", "without a dot at the end"],
    },
    "a name with the domain in it": {
      props: zone({ www: { name: "www.acme.example", alias: "192.0.2.10" } }),
      path: `${www}.name`,
      says: ['"www.acme.example"', "holds the domain of the zone", "zone: www"],
    },
    "a star inside a name": {
      props: zone({ www: { name: "a.*.b", alias: "192.0.2.10" } }),
      path: `${www}.name`,
      says: ['"a.*.b"', "is not the name of a record", "lower case"],
    },
    "an address with an octet over 255": {
      props: record({ type: "A", values: ["192.0.2.256"] }),
      path: `${www}.values.0`,
      says: ['"192.0.2.256"', "is not an IPv4 address", "192.0.2.10"],
    },
    "an IPv6 address in an A record": {
      props: record({ type: "A", values: ["192.0.2.10", "2001:db8::1"] }),
      path: `${www}.values.1`,
      says: ['"2001:db8::1"', "is not an IPv4 address", "type AAAA"],
    },
    "an IPv6 address that is none": {
      props: record({ type: "AAAA", values: ["2001:db8:::1"] }),
      path: `${www}.values.0`,
      says: ['"2001:db8:::1"', "is not an IPv6 address", "2001:db8::10"],
    },
    "a CNAME with a dot at the end": {
      props: record({ type: "CNAME", values: ["acme.example."] }),
      path: `${www}.values.0`,
      says: ['"acme.example."', "is not a host name", "Leave out the dot"],
    },
    "a CNAME that is relative": {
      props: record({ type: "CNAME", values: ["web"] }),
      path: `${www}.values.0`,
      says: ['"web"', "is not a host name", "whole name"],
    },
    "a CNAME with two values": {
      props: record({ type: "CNAME", values: ["a.example", "b.example"] }),
      path: `${www}.values.1`,
      says: ["a CNAME", "has one value", "Keep one"],
    },
    "a CNAME for the zone itself": {
      props: zone({ www: { name: "@", type: "CNAME", values: ["a.example"] } }),
      path: `${www}.type`,
      says: ["(@)", "cannot be a CNAME", "`alias`"],
    },
    "name servers for the zone itself": {
      props: zone({ www: { name: "@", type: "NS", values: ["ns1.example.net"] } }),
      path: `${www}.type`,
      says: ["(@)", "are the cloud's", "Remove the record"],
    },
    "a CNAME beside another type": {
      props: zone({ www: { type: "CNAME", values: ["a.example"] }, text: { name: "www", type: "TXT", values: ["x"] } }),
      path: "zones.main.records.text",
      says: ['"www"', "is also the record www (CNAME)", "another name"],
    },
    "two records of one name and type": {
      props: zone({ www: { alias: "192.0.2.10" }, web: { name: "www", type: "A", values: ["192.0.2.11"] } }),
      path: "zones.main.records.web",
      says: ['A of "www"', "is also the record www", "Put the values of both into www"],
    },
    "a value that is there twice": {
      props: record({ type: "A", values: ["192.0.2.10", "192.0.2.10"] }),
      path: `${www}.values.1`,
      says: ['"192.0.2.10"', "is there twice", "Remove one"],
    },
    "an IPv6 address that is there twice": {
      props: record({ type: "AAAA", values: ["2001:db8::10", "2001:DB8:0::10"] }),
      path: `${www}.values.1`,
      says: ['"2001:db8::10"', "is there twice", "Remove one"],
    },
    "a text that is a number": {
      props: textRecord(4711),
      path: `${www}.values.0`,
      says: ["4711", "is not text", "Write text"],
    },
    "a text for MX": {
      props: record({ type: "MX", values: ["10 mail.acme.example"] }),
      path: `${www}.values.0`,
      says: ['"10 mail.acme.example"', "is not a value of MX", "{ priority: 10, host:"],
    },
    "an MX without a priority": {
      props: record({ type: "MX", values: [{ host: "mail.acme.example" }] }),
      path: `${www}.values.0.priority`,
      says: ["priority", "is missing", "0 to 65535"],
    },
    "an MX that is an address": {
      props: record({ type: "MX", values: [{ priority: 10, host: "192.0.2.10" }] }),
      path: `${www}.values.0.host`,
      says: ['"192.0.2.10"', "is not a host name", "mail.acme.example"],
    },
    "an SRV whose name is no service": {
      props: record({ type: "SRV", values: [{ priority: 1, weight: 1, port: 5060, target: "sip.acme.example" }] }),
      path: `${www}.name`,
      says: ['"www"', "is not the name of a service", "_sip._tcp"],
    },
    "a port over 65535": {
      props: zone({
        www: { name: "_sip._tcp", type: "SRV", values: [{ priority: 1, weight: 1, port: 70000, target: "a.example" }] },
      }),
      path: `${www}.values.0.port`,
      says: ["70000", "too big: at most 65535", "port"],
    },
    "an unknown tag": {
      props: record({ type: "CAA", values: [{ tag: "isue", value: "letsencrypt.org" }] }),
      path: `${www}.values.0.tag`,
      says: ['"isue"', "is not a known tag", 'Did you mean "issue"'],
    },
    "reports of authorities to an address": {
      props: record({ type: "CAA", values: [{ tag: "iodef", value: "security@acme.example" }] }),
      path: `${www}.values.0.value`,
      says: ['"security@acme.example"', "is not a URL", "mailto:"],
    },
    "a text in quotes": {
      props: textRecord('"v=spf1 -all"'),
      path: `${www}.values.0`,
      says: ['"v=spf1 -all"', "is in quotes", "plain text"],
    },
    "a text with a line break": {
      props: textRecord("a\nb"),
      path: `${www}.values.0`,
      says: ['"a\\nb"', "not printable ASCII", "one line"],
    },
    "a text that is too long": {
      props: textRecord("a".repeat(4097)),
      path: `${www}.values.0`,
      says: ["4097 characters", "not between 1 and 4096", "Shorten"],
    },
    "a reference in a text": {
      props: textRecord(address),
      path: `${www}.values.0`,
      says: ["compute.loadBalancers.web.address", "must be known before the run", "Write the text"],
    },
    "an alias with values": {
      props: record({ alias: "192.0.2.10", values: ["192.0.2.11"] }),
      path: `${www}.values`,
      says: ["an alias", "has no other values", "Remove `values`"],
    },
    "an alias of another type": {
      props: record({ type: "CNAME", alias: "192.0.2.10" }),
      path: `${www}.type`,
      says: ['"CNAME"', "is not the type of an alias", "Remove `type`"],
    },
    "an alias that is a word": {
      props: record({ alias: "web" }),
      path: `${www}.alias`,
      says: ['"web"', "neither an IPv4 address nor a host name", "mail.acme.example"],
    },
    "a time to live that Hetzner finds too short": {
      props: zone({ www: { type: "A", values: ["192.0.2.10"], ttl: 59 } }),
      path: `${www}.ttl`,
      says: ["59 seconds", "at least 60", "Raise it"],
      provider: "hetzner",
    },
    "a zone's time to live that DigitalOcean finds too short": {
      props: zone({ www: { type: "A", values: ["192.0.2.10"] } }, { ttl: 29 }),
      path: "zones.main.ttl",
      says: ["29 seconds", "at least 30", "Raise it"],
      provider: "digitalocean",
    },
    "a text that AWS finds too long": {
      props: textRecord("a".repeat(4001)),
      path: `${www}.values.0`,
      says: ["4001 characters", "at most 4000", "Shorten"],
    },
    "a text that DigitalOcean finds too long": {
      props: textRecord("a".repeat(505)),
      path: `${www}.values.0`,
      says: ["505 characters", "at most 509", "Shorten"],
      provider: "digitalocean",
    },
    "a backslash at DigitalOcean": {
      props: textRecord("a\\b"),
      path: `${www}.values.0`,
      says: ["a text", "holds no backslashes", "without them"],
      provider: "digitalocean",
    },
    "parameters of an authority at DigitalOcean": {
      props: record({ type: "CAA", values: [{ tag: "issue", value: "letsencrypt.org; validationmethods=dns-01" }] }),
      path: `${www}.values.0`,
      says: ["validationmethods", "is not the name of an authority alone", "Write only its name"],
      provider: "digitalocean",
    },
    "an alias at Heroku that is no app's": {
      props: record({ alias: "web.acme.example" }),
      path: `${www}.alias`,
      says: ['"web.acme.example"', "is not the host name of an app", "herokuapp.com"],
      provider: "heroku",
    },
    "a zone without records at Heroku": {
      props: zone({}),
      path: "zones.main",
      says: ["Heroku", "hosts no zones", "`alias` of an app"],
      provider: "heroku",
    },
  },
};

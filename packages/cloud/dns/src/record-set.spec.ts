import { Dns, type DnsProps } from "@infra/cloud-dns";
import { type ProviderName, providerNames } from "@infra/inventory";
import { referenceTo, synthesizeIn } from "@infra/core/testing";
import { describe, expect, it } from "vitest";

type Attributes = Record<string, unknown>;
type Records = NonNullable<DnsProps["zones"][string]["records"]>;

const hosted = providerNames.filter((provider) => provider !== "heroku");

/** What a cloud is sent for a record named `www`: the attributes of its resources. */
function sent(provider: ProviderName, record: Records[string], domain = "acme.example"): Attributes[] {
  const { configuration } = synthesizeIn(provider, (stack) => ({
    zones: new Dns(stack, "dns", { zones: { main: { domain, records: { www: record } } } }).zones,
  }));
  return Object.values(configuration.resource ?? {}).flatMap((byName) =>
    Object.entries(byName).flatMap(([name, attributes]) =>
      name.startsWith("dns_main_www") ? [attributes as Attributes] : [],
    ),
  );
}

/** The values of a record in the words of the cloud. */
function values(provider: ProviderName, record: Records[string]): unknown {
  const [first = {}, ...others] = sent(provider, record);
  switch (provider) {
    case "aws":
      return first["records"];
    case "gcp":
      return first["rrdatas"];
    case "azure":
      return first["record"] ?? first["records"];
    case "oracle":
      return (first["items"] as { rdata: string }[]).map(({ rdata }) => rdata);
    case "hetzner":
      return (first["records"] as { value: string }[]).map(({ value }) => value);
    default:
      return [first, ...others].map(withoutPlace);
  }
}

function withoutPlace(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).filter(([key]) => !["domain", "name", "type", "ttl"].includes(key)),
  );
}

const zoneFile = ["aws", "gcp", "oracle", "hetzner"] as const;

describe("a record of type MX", () => {
  const record = {
    type: "MX",
    values: [{ priority: 10, host: "mail.acme.example" }],
  } as const satisfies Records[string];

  it.each(zoneFile)("is sent to %s as zone files write it", (provider) => {
    expect(values(provider, record)).toEqual(["10 mail.acme.example."]);
  });

  it.each(zoneFile)("may tell on %s that the domain takes no mail", (provider) => {
    expect(values(provider, { type: "MX", values: [{ priority: 0, host: "." }] })).toEqual(["0 ."]);
  });

  it("is sent to azure with a preference", () => {
    expect(values("azure", record)).toEqual([{ preference: "10", exchange: "mail.acme.example" }]);
  });

  it("is sent to digitalocean with a dot at the end", () => {
    expect(values("digitalocean", record)).toEqual([{ priority: 10, value: "mail.acme.example." }]);
  });
});

describe("a record of type SRV", () => {
  const server = { priority: 10, weight: 5, port: 5060, target: "sip.acme.example" };
  const record: Records[string] = { name: "_sip._tcp", type: "SRV", values: [server] };

  it.each(zoneFile)("is sent to %s as zone files write it", (provider) => {
    expect(values(provider, record)).toEqual(["10 5 5060 sip.acme.example."]);
  });

  it("is sent to azure as it is", () => {
    expect(values("azure", record)).toEqual([server]);
  });

  it("is sent to digitalocean with a dot at the end", () => {
    expect(values("digitalocean", record)).toEqual([
      { priority: 10, weight: 5, port: 5060, value: "sip.acme.example." },
    ]);
  });
});

describe("a record of type CAA", () => {
  const record: Records[string] = {
    type: "CAA",
    values: [
      { tag: "issue", value: "letsencrypt.org" },
      { flags: 128, tag: "iodef", value: "mailto:security@acme.example" },
    ],
  };
  const plain = [
    { flags: 0, tag: "issue", value: "letsencrypt.org" },
    { flags: 128, tag: "iodef", value: "mailto:security@acme.example" },
  ];

  it.each(zoneFile)("is sent to %s as zone files write it", (provider) => {
    expect(values(provider, record)).toEqual(['0 issue "letsencrypt.org"', '128 iodef "mailto:security@acme.example"']);
  });

  it("is sent to azure as it is", () => {
    expect(values("azure", record)).toEqual(plain);
  });

  it("is sent to digitalocean with a dot behind the authority, but none behind a URL", () => {
    expect(values("digitalocean", record)).toEqual([{ ...plain[0], value: "letsencrypt.org." }, plain[1]]);
  });
});

describe("a record of type TXT", () => {
  const long = `k="${"a".repeat(300)}`;
  const record: Records[string] = { type: "TXT", values: ["v=spf1 -all", long] };
  const first = String.raw`k=\"${"a".repeat(252)}`;
  const rest = "a".repeat(48);

  it.each(["gcp", "oracle", "hetzner"] as const)("is sent to %s in quoted strings", (provider) => {
    expect(values(provider, record)).toEqual(['"v=spf1 -all"', `"${first}" "${rest}"`]);
  });

  it("is sent to aws without the outer quotes, which its provider adds", () => {
    expect(values("aws", record)).toEqual(["v=spf1 -all", `${first}" "${rest}`]);
  });

  it("is sent to azure and digitalocean as it is: they split it", () => {
    const plain = [{ value: "v=spf1 -all" }, { value: long }];
    expect([values("azure", record), values("digitalocean", record)]).toEqual([plain, plain]);
  });
});

describe("the name of a record", () => {
  const names: Partial<Record<ProviderName, readonly [attribute: string, apex: string, wildcard: string]>> = {
    aws: ["name", "acme.example", "*.acme.example"],
    gcp: ["name", "acme.example.", "*.acme.example."],
    azure: ["name", "@", "*"],
    oracle: ["domain", "acme.example", "*.acme.example"],
    hetzner: ["name", "@", "*"],
    digitalocean: ["name", "@", "*"],
  };

  it.each(hosted)("is written as %s has it, for the zone itself and for a wildcard", (provider) => {
    const [attribute, ...expected] = names[provider] ?? [""];
    const named = ["@", "*"].map((name) => sent(provider, { name, alias: "192.0.2.10" })[0]?.[attribute]);
    expect(named).toEqual(expected);
  });
});

describe("a value that another deployment puts out", () => {
  const value = referenceTo("compute.loadBalancers.web.address");

  it.each(hosted)("is an expression for %s, with a dot at the end where it is a host name", (provider) => {
    const text = (record: Records[string]) => JSON.stringify(sent(provider, record));
    expect(text({ alias: value })).toContain('"${var.compute__loadBalancers__web__address}"');
    expect(text({ type: "CNAME", values: [value] })).toContain(
      provider === "azure"
        ? '"${var.compute__loadBalancers__web__address}"'
        : "${var.compute__loadBalancers__web__address}.",
    );
  });
});

describe("an IPv6 address", () => {
  it.each(hosted)("is sent to %s as the cloud gives it back", (provider) => {
    const [attributes] = sent(provider, { type: "AAAA", values: ["2001:0DB8:0:0::0010"] });
    expect(JSON.stringify(attributes)).toContain('"2001:db8::10"');
  });
});

describe("the time to live", () => {
  const ttls = (provider: ProviderName, zone: object) => {
    const records: Records = { www: { type: "A", values: ["192.0.2.10"], ...zone } };
    return JSON.stringify(sent(provider, records["www"] ?? {}));
  };

  it.each(hosted)("is five minutes on %s unless a record says otherwise", (provider) => {
    expect(ttls(provider, {})).toContain('"ttl":300');
    expect(ttls(provider, { ttl: 3600 })).toContain('"ttl":3600');
  });
});

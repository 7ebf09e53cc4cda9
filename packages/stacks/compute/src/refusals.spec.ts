import { synthesize } from "@infra/core";
import { testDeployment } from "@infra/core/testing";
import { InfraError, type ProviderName } from "@infra/inventory";
import compute from "@infra/stack-compute";
import { describe, expect, it } from "vitest";

const alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICvYBsl/DgCvGh/DMo+nY6kmlyPI24+sT5OvcdsYbW6Q alice@acme.example";

/** A public key of Ed25519 or RSA whose body is made of a number. */
function keyOf(number: number, kind: "ssh-ed25519" | "ssh-rsa" = "ssh-ed25519"): string {
  const body = Buffer.alloc(kind === "ssh-rsa" ? 513 : 32, 1);
  body.writeUInt32BE(number, 0);
  const fields = [Buffer.from(kind), ...(kind === "ssh-rsa" ? [Buffer.from([1, 0, 1])] : []), body];
  const parts = fields.flatMap((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(field.length);
    return [length, field];
  });
  return `${kind} ${Buffer.concat(parts).toString("base64")}`;
}

const keysOf = (count: number, kind?: "ssh-rsa") =>
  Object.fromEntries(Array.from({ length: count }, (_, number) => [`k${String(number)}`, keyOf(number, kind)]));

const entriesOf = (count: number, value: (number: number) => unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, number) => [`e${String(number)}`, value(number)]));

/** The problems of a stack, as `<path>: <message>. <remedy>`; none when it is synthesized. */
function problemsOf(provider: ProviderName, web: object, more: object = {}): string[] {
  const config = { network: { cidr: "10.20.0.0/16" }, ssh: { keys: { alice } }, groups: { web }, ...more };
  try {
    synthesize(testDeployment(provider, JSON.stringify(config)), compute);
  } catch (error) {
    if (!(error instanceof InfraError)) throw error;
    return error.problems.map(({ path = "", message, remedy }) => `${path}: ${message}. ${remedy}`);
  }
  return [];
}

const listeners = (count: number) => ({ listeners: entriesOf(count, (number) => ({ port: 1000 + number })) });
const volumes = (count: number) => ({ volumes: entriesOf(count, () => ({ size: 60 })) });
const allow = (count: number) => ({
  firewall: { allow: Array.from({ length: count }, (_, number) => ({ port: String(1000 + number) })) },
});
const from = (count: number) => Array.from({ length: count }, (_, number) => `203.0.113.${String(number)}/32`);
const japanese = `#!/bin/sh\n# ${"東".repeat(8000)}\nls\n`;

describe("more than a cloud takes", () => {
  it.each([
    ["hetzner", "rules of a firewall", allow(50), allow(51), /^groups\.web.*at most 50 rules of a firewall, not 51/],
    [
      "hetzner",
      "networks in a rule",
      { firewall: { allow: [{ port: "80", from: from(100) }] } },
      { firewall: { allow: [{ port: "80", from: from(101) }] } },
      /^groups\.web.*at most 100 networks in a rule, not 101/,
    ],
    [
      "hetzner",
      "targets",
      { count: 25, loadBalancer: listeners(1) },
      { count: 26, loadBalancer: listeners(1) },
      /^groups\.web\.count: hetzner takes at most 25 servers behind a load balancer, not 26/,
    ],
    [
      "hetzner",
      "listeners",
      { loadBalancer: listeners(5) },
      { loadBalancer: listeners(6) },
      /^groups\.web\.loadBalancer\.listeners: hetzner takes at most 5 listeners/,
    ],
    ["hetzner", "volumes", volumes(16), volumes(17), /^groups\.web\.volumes: hetzner takes at most 16 volumes/],
    ["digitalocean", "volumes", volumes(15), volumes(16), /^groups\.web\.volumes: digitalocean takes at most 15/],
    ["oracle", "rules of a firewall", allow(100), allow(121), /^groups\.web.*at most 120 rules of a firewall/],
  ] as const)("is refused on %s: %s", (provider, _name, most, tooMuch, message) => {
    expect(problemsOf(provider, most)).toEqual([]);
    expect(problemsOf(provider, tooMuch).join("\n")).toMatch(message);
  });

  it.each([
    ["aws", { ssh: { keys: keysOf(25, "ssh-rsa") } }, {}, /aws takes at most 16384 bytes for cloud-init, not \d+/],
    ["aws", {}, { cloudInit: japanese }, /^groups\.web\.cloudInit: aws takes at most 16384 bytes/],
    ["hetzner", { ssh: { keys: keysOf(60, "ssh-rsa") } }, {}, /hetzner takes at most 32768 bytes for cloud-init/],
    ["oracle", {}, { cloudInit: japanese }, /oracle takes at most 32000 bytes for cloud-init, not 3\d{4}/],
    ["digitalocean", { ssh: { keys: keysOf(120, "ssh-rsa") } }, {}, /digitalocean takes at most 65536 bytes/],
    ["azure", { ssh: { keys: keysOf(120, "ssh-rsa") } }, {}, /azure takes at most 65535 bytes/],
    ["gcp", { ssh: { keys: keysOf(400, "ssh-rsa") } }, {}, /gcp takes at most 262144 bytes/],
  ] as const)("is refused on %s in the bytes that servers read at their first boot", (provider, more, web, message) => {
    expect(problemsOf(provider, web, more).join("\n")).toMatch(message);
    expect(problemsOf(provider, {}, { ssh: { keys: keysOf(10) } })).toEqual([]);
  });
});

describe("a load balancer of servers in a private subnet on aws", () => {
  const stackOf = (subnets: object) => ({
    network: { cidr: "10.20.0.0/16", subnets },
    groups: { web: { subnet: "data", publicAddress: false, loadBalancer: listeners(1) } },
  });

  it("stands in a public subnet of their zone", () => {
    const config = stackOf({ default: { zone: "a" }, edge: { zone: "b" }, data: { public: false, zone: "b" } });
    const { configuration } = synthesize(testDeployment("aws", JSON.stringify(config)), compute);
    expect(configuration.resource?.["aws_lb"]?.["compute_web_load_balancer"]).toMatchObject({
      subnet_mapping: [{ subnet_id: "${aws_subnet.network_edge.id}" }],
    });
  });

  it.each([
    ["no public subnet", { default: { public: false, zone: "a" }, data: { public: false, zone: "a" } }],
    ["a public subnet in another zone", { default: { zone: "a" }, data: { public: false, zone: "b" } }],
    ["zones that nobody names", { default: {}, data: { public: false } }],
  ])("is refused with %s", (_name, subnets) => {
    expect(problemsOf("aws", {}, stackOf(subnets)).join("\n")).toMatch(
      /^groups\.web\.loadBalancer: aws: the subnet data is private.*same `zone`/,
    );
  });
});

describe("labels that differ in case only", () => {
  it.each(["azure", "digitalocean"] as const)("are refused on %s", (provider) => {
    expect(problemsOf(provider, { labels: { tier: "a", Tier: "b" } }).join("\n")).toMatch(
      /^groups\.web\.labels\.Tier: .*the labels Tier and tier differ in case only/,
    );
    expect(problemsOf(provider, { labels: { Product: "x" } }).join("\n")).toMatch(/Product and product differ/);
  });

  it("are two labels on hetzner", () => {
    expect(problemsOf("hetzner", { labels: { tier: "a", Tier: "b" } })).toEqual([]);
  });
});

describe("what has another spelling, or stands twice", () => {
  const twice = ["203.0.113.0/24", "203.0.113.0/24"];

  it.each([
    ["a first address with zeros", { firstAddress: "10.020.000.010" }, {}, /firstAddress: .*is not an IPv4 address/],
    ["a prefix with a zero", {}, { network: { cidr: "10.0.0.0/08" } }, /network\.cidr: .*begin with 0.*10\.0\.0\.0\/8/],
    ["a network with zeros", {}, { network: { cidr: "010.0.0.0/16" } }, /network\.cidr: /],
    ["a port with a zero", { firewall: { allow: [{ port: "080" }] } }, {}, /another spelling.*Write "80"/],
    ["a range of one port", { firewall: { allow: [{ port: "443-443" }] } }, {}, /another spelling.*Write "443"/],
    ["a source twice", { firewall: { allow: [{ port: "80", from: twice }] } }, {}, /from\.1: .*is there twice/],
    [
      "a group twice",
      { firewall: { allow: [{ port: "80", from: { groups: ["web", "web"] } }] } },
      {},
      /is there twice/,
    ],
    ["a key twice", { sshKeys: ["alice", "alice"] }, {}, /sshKeys\.1: "alice" is there twice/],
    [
      "a source of the bastion twice",
      {},
      { ssh: { keys: { alice }, bastion: { from: twice } } },
      /from\.1: .*there twice/,
    ],
    ["a path with a space", { loadBalancer: { ...listeners(1), healthCheck: { path: "/a b" } } }, {}, /path: .*%20/],
    [
      "a long path",
      { loadBalancer: { ...listeners(1), healthCheck: { path: `/${"a".repeat(1024)}` } } },
      {},
      /path: .*1024/,
    ],
  ])("is refused on every cloud: %s", (_name, web, more, message) => {
    for (const provider of ["aws", "gcp", "azure", "oracle", "hetzner", "digitalocean"] as const)
      expect(problemsOf(provider, web, more).join("\n"), provider).toMatch(message);
  });

  it("is no problem in a key with a newline at its end, which is not handed on", () => {
    const config = { network: { cidr: "10.20.0.0/16" }, ssh: { keys: { alice: `${alice}\n` } }, groups: { web: {} } };
    const { configuration } = synthesize(testDeployment("hetzner", JSON.stringify(config)), compute);
    expect(configuration.resource?.["hcloud_ssh_key"]?.["ssh_alice"]).toMatchObject({ public_key: alice });
  });
});

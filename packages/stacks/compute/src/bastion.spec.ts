import { type Synthesis, synthesize } from "@infra/core";
import { InfraError, type ProviderName } from "@infra/inventory";
import { addressesOf, testDeployment } from "@infra/core/testing";
import compute from "@infra/stack-compute";
import { describe, expect, it } from "vitest";

const alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICvYBsl/DgCvGh/DMo+nY6kmlyPI24+sT5OvcdsYbW6Q alice@acme.example";
const from = ["203.0.113.0/24"];
const servers = ["aws", "gcp", "azure", "oracle", "hetzner", "digitalocean"] as const;

function synthesized(provider: ProviderName, bastion: object, more: object = {}): Synthesis {
  const config = {
    network: { cidr: "10.20.0.0/16" },
    ssh: { keys: { alice }, bastion },
    groups: { web: {} },
    ...more,
  };
  return synthesize(testDeployment(provider, JSON.stringify(config)), compute);
}

function refusalOf(bastion: object, more: object = {}): string {
  try {
    synthesized("aws", bastion, more);
  } catch (error) {
    if (error instanceof InfraError) return error.message;
    throw error;
  }
  return "";
}

describe.each(servers)("a bastion on %s", (provider) => {
  const { configuration, origins } = synthesized(provider, { from });
  const outputs = configuration.output as Record<string, { value: unknown }>;

  it("is a group of one server with a firewall of its own", () => {
    const addresses = addressesOf({ configuration } as Synthesis);
    expect(addresses.filter((address) => address.includes("compute_bastion_1")).length).toBeGreaterThan(0);
    expect(addresses.filter((address) => address.includes("firewall_bastion")).length).toBeGreaterThan(0);
  });

  it("is put out as an address, and is none of the servers", () => {
    expect(Object.keys(outputs["servers"]?.value as object)).toEqual(["web"]);
    expect(outputs["bastion"]?.value).toMatch(/compute_bastion_1/);
    expect(outputs["ssh"]?.value).toMatchObject({ bastionAddress: outputs["bastion"]?.value });
    expect(outputs["sshConfig"]?.value).toContain("ProxyJump ops@");
  });

  it("is found by its lines of the inventory", () => {
    const [path] = Object.entries(origins).flatMap(([address, origin]) =>
      address.endsWith("compute_bastion_1") ? [origin.join(".")] : [],
    );
    expect(path).toBe("ssh.bastion");
  });

  it("lets nothing in but SSH from its networks", () => {
    const inbound = JSON.stringify(
      Object.entries(configuration.resource ?? {}).flatMap(([, byName]) =>
        Object.entries(byName).filter(([name]) => /firewall_bastion/.test(name)),
      ),
    );
    expect(inbound).toContain("203.0.113.0/24");
    if (provider !== "hetzner") expect(inbound).not.toContain("10.20.0.0/16");
  });
});

describe("a bastion", () => {
  it.each([
    ["no sources", {}, {}, /ssh\.bastion\.from: .*missing/],
    ["an empty list of sources", { from: [] }, {}, /ssh\.bastion\.from: .*too small: at least 1/],
    ["the whole internet", { from: ["0.0.0.0/0"] }, {}, /ssh\.bastion\.from\.0: "0\.0\.0\.0\/0" opens the bastion/],
    ["half of the internet", { from: [...from, "0.0.0.0/1"] }, {}, /ssh\.bastion\.from\.1: "0\.0\.0\.0\/1" opens/],
    ["a source that is no network", { from: ["office"] }, {}, /ssh\.bastion\.from\.0: "office" is not an IPv4 network/],
    [
      "an unknown subnet",
      { from, subnet: "defualt" },
      {},
      /ssh\.bastion\.subnet: "defualt" .*Did you mean "default"\?/,
    ],
    [
      "a private subnet",
      { from, subnet: "data" },
      { network: { cidr: "10.20.0.0/16", subnets: { default: {}, data: { public: false } } } },
      /ssh\.bastion\.subnet: the subnet data is private.*Choose a public subnet/,
    ],
    ["a group of its name", { from }, { groups: { bastion: {} } }, /groups\.bastion: .*Give the group another name/],
  ] as const)("is refused with %s", (_name, bastion, more, message) => {
    expect(refusalOf(bastion, more)).toMatch(message);
  });

  it("leaves its name to a group of servers where there is none", () => {
    const config = { network: { cidr: "10.20.0.0/16" }, ssh: { keys: { alice } }, groups: { bastion: {} } };
    const { configuration, origins } = synthesize(testDeployment("aws", JSON.stringify(config)), compute);
    const outputs = configuration.output as Record<string, { value: unknown }>;
    expect(Object.keys(outputs["servers"]?.value as object)).toEqual(["bastion"]);
    expect(origins["aws_instance.compute_bastion_1"]).toEqual(["groups", "bastion"]);
  });
});

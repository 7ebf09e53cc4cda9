import { describe, expect, it } from "vitest";
import { InfraError, type ProviderName, providerNames } from "@infra/inventory";
import { checkRegion, factsOf, resolveImage, resolveSize, sizeClasses } from "./facts.js";
import { DeploymentStack } from "./deployment-stack.js";
import { testDeployment } from "./testing.js";

function stackOn(provider: ProviderName, region?: string): DeploymentStack {
  const deployment = testDeployment(provider);
  const settings = { ...deployment.settings, ...(region === undefined ? {} : { region }) };
  return new DeploymentStack({ ...deployment, settings });
}

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof InfraError) return error.message;
    throw error;
  }
  return "";
}

describe("resolveSize", () => {
  it("chooses the first kind that is large enough", () => {
    expect(resolveSize(stackOn("hetzner"), "small", "amd64")).toEqual({ name: "cx23" });
    expect(resolveSize(stackOn("aws"), { cpus: 2, memory: 5 }, "amd64")).toEqual({ name: "m6i.large" });
  });

  it("chooses among the kinds that the region has", () => {
    expect(resolveSize(stackOn("hetzner", "ash"), "small", "amd64")).toEqual({ name: "cpx21" });
  });

  it("chooses among the kinds of the architecture", () => {
    expect(resolveSize(stackOn("hetzner"), "medium", "arm64")).toEqual({ name: "cax21" });
  });

  it("says how much of a flexible kind is wanted, in the cloud's units", () => {
    const resolved = resolveSize(stackOn("oracle"), "medium", "amd64");
    expect(resolved).toEqual({ name: "VM.Standard.E4.Flex", flexible: { units: 2, memory: 8 } });
  });

  it("refuses what no kind is large enough for, and names the largest", () => {
    const refusal = messageOf(() => resolveSize(stackOn("hetzner"), { cpus: 100, memory: 1 }, "amd64"));
    expect(refusal).toContain("hetzner has no amd64 servers with 100 CPUs and 1 GiB in fsn1");
    expect(refusal).toContain("at most 48 CPUs and 192 GiB");
  });

  it("refuses an architecture that the region lacks", () => {
    expect(messageOf(() => resolveSize(stackOn("hetzner", "ash"), "small", "arm64"))).toContain(
      "Choose the other architecture",
    );
  });

  it.each(providerNames)("gives every class of size on %s as much as it says, or more", (provider) => {
    for (const [name, { cpus, memory }] of Object.entries(sizeClasses)) {
      const resolved = resolveSize(stackOn(provider), name as keyof typeof sizeClasses, "amd64");
      const kind = factsOf(provider).sizes.entries.find((each) => each.name === resolved.name);
      expect(kind?.cpus).toBeGreaterThanOrEqual(cpus);
      expect(kind?.memory).toBeGreaterThanOrEqual(memory);
    }
  });
});

describe("resolveImage", () => {
  it("gives the cloud's name of an image", () => {
    expect(resolveImage(stackOn("digitalocean"), "ubuntu-24.04", "amd64")).toEqual({ image: "ubuntu-24-04-x64" });
  });

  it("takes debian-12 when none is named, or what the cloud's table says", () => {
    expect(resolveImage(stackOn("hetzner"), undefined, "amd64")).toEqual({ name: "debian-12" });
    expect(resolveImage(stackOn("oracle"), undefined, "amd64")).toMatchObject({ operatingSystemVersion: "24.04" });
  });

  it("refuses an image that the cloud does not offer, and names those that it does", () => {
    expect(messageOf(() => resolveImage(stackOn("oracle"), "debian-12", "amd64"))).toContain(
      "oracle offers no image debian-12 for amd64. Use one of: ubuntu-22.04, ubuntu-24.04",
    );
  });
});

describe("checkRegion", () => {
  it("gives what is known of a region", () => {
    expect(checkRegion(stackOn("hetzner", "ash"))).toMatchObject({ name: "ash", networkZone: "us-east" });
  });

  it("takes a new region of a cloud that adds them often", () => {
    expect(checkRegion(stackOn("aws", "eu-north-9"))).toEqual({ name: "eu-north-9" });
  });

  it("refuses a region that the cloud does not have", () => {
    expect(messageOf(() => checkRegion(stackOn("hetzner", "fsn2")))).toContain('Did you mean "fsn1"?');
    expect(messageOf(() => checkRegion(stackOn("aws", "fsn1")))).toContain('"fsn1" is not a region of aws');
  });
});

describe("the account of a deployment", () => {
  it("is asked for on clouds whose resources name it", () => {
    const { settings, ...rest } = testDeployment("oracle");
    const stack = new DeploymentStack({ ...rest, settings: { ...settings, account: undefined } });
    expect(messageOf(() => stack.account)).toContain("oracle needs an account: the OCID of the compartment");
  });

  it("is refused on clouds whose credentials name it", () => {
    const { settings, ...rest } = testDeployment("hetzner");
    const stack = new DeploymentStack({ ...rest, settings: { ...settings, account: "acme" } });
    expect(messageOf(() => stack.useProvider())).toContain("hetzner takes its account from the credentials");
  });
});

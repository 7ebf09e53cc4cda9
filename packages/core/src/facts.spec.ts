import { describe, expect, it } from "vitest";
import { InfraError, type ProviderName, providerNames } from "@infra/inventory";
import { factsOf, sizeClasses } from "@infra/facts";
import type { Choice } from "./choices.js";
import { DeploymentStack } from "./deployment-stack.js";
import { checkRegion, resolveImage, resolveSize } from "./facts.js";
import { testDeployment } from "./testing.js";

function stackOn(provider: ProviderName, region?: string, recorded: readonly Choice[] = []): DeploymentStack {
  const deployment = testDeployment(provider);
  const settings = { ...deployment.settings, ...(region === undefined ? {} : { region }) };
  return new DeploymentStack({ ...deployment, settings, recorded });
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
  it("chooses the first kind that is large enough and can be ordered", () => {
    expect(resolveSize(stackOn("hetzner"), "small", "amd64")).toEqual({ name: "cpx22" });
    expect(resolveSize(stackOn("aws"), { cpus: 2, memory: 5 }, "amd64")).toEqual({ name: "m6i.large" });
  });

  it("chooses among the kinds that the region has", () => {
    expect(resolveSize(stackOn("hetzner", "ash"), "small", "amd64")).toEqual({ name: "cpx21" });
  });

  it("chooses among the kinds of the architecture; of those that are sold out the first, with a warning", () => {
    const stack = stackOn("hetzner");
    expect(resolveSize(stack, "medium", "arm64")).toEqual({ name: "cax21" });
    expect(stack.choices.advice.map(({ message }) => message)).toEqual([
      expect.stringMatching(/could be ordered in fsn1 on 2026-09-04; cax21 is planned/),
    ]);
  });

  it("follows a list of kinds in its own order", () => {
    expect(resolveSize(stackOn("hetzner"), ["cpx32", "cpx22"], "amd64")).toEqual({ name: "cpx32" });
    expect(resolveSize(stackOn("hetzner"), ["cx23", "cpx22"], "amd64")).toEqual({ name: "cpx22" });
  });

  it("refuses a kind in a list that has other processors, or does not say how large it is", () => {
    expect(messageOf(() => resolveSize(stackOn("hetzner"), ["cax11"], "amd64"))).toContain(
      "cax11 has arm64 processors, and amd64 is wanted",
    );
    expect(messageOf(() => resolveSize(stackOn("oracle"), ["VM.Standard.E4.Flex"], "amd64"))).toContain("is flexible");
  });

  it("names the disk of kinds that do not take the usual one", () => {
    expect(resolveSize(stackOn("gcp", "europe-west3"), "medium", "arm64")).toEqual({
      name: "c4a-highcpu-4",
      disk: "hyperdisk-balanced",
    });
  });

  it("refuses regions that sell none of the kinds", () => {
    expect(messageOf(() => resolveSize(stackOn("gcp", "asia-southeast3"), "small", "amd64"))).toContain(
      "gcp has no amd64 servers with 2 CPUs and 4 GiB in asia-southeast3",
    );
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

  it("takes the image that the cloud's table says when none is named", () => {
    expect(resolveImage(stackOn("hetzner"), undefined, "amd64")).toEqual({ name: "debian-13" });
    expect(resolveImage(stackOn("digitalocean"), undefined, "amd64")).toEqual({ image: "debian-13-x64" });
    expect(resolveImage(stackOn("oracle"), undefined, "amd64")).toMatchObject({ operatingSystemVersion: "24.04" });
  });

  it("refuses an image that the cloud does not offer, and names those that it does", () => {
    expect(messageOf(() => resolveImage(stackOn("oracle"), "debian-12", "amd64"))).toContain(
      "oracle offers no image debian-12 for amd64. Use one of: ubuntu-22.04, ubuntu-24.04",
    );
  });

  it("says of an image that a cloud had that it is gone, and names those that it has", () => {
    expect(messageOf(() => resolveImage(stackOn("digitalocean"), "debian-12", "amd64"))).toContain(
      "digitalocean no longer offers the image debian-12 for amd64. Use one of: debian-13, rocky-9, rocky-10",
    );
  });

  it("warns of an image whose support ends soon or has ended, and names another", () => {
    const stack = stackOn("hetzner");
    resolveImage(stack, "debian-12", "amd64");
    expect(stack.choices.advice).toEqual([
      {
        message: "the support of debian-12 ended on 2026-06-10",
        remedy: "Move to debian-13 or another image",
        path: ["image"],
      },
    ]);
  });
});

describe("a choice that is recorded", () => {
  const size = (name: string, wanted?: string): Choice => ({
    what: "size",
    at: "",
    ...(wanted === undefined ? {} : { wanted }),
    chosen: { name },
  });
  const small = "small amd64 of hetzner in fsn1";

  it("stays, and the tables' own choice is said beside it", () => {
    const stack = stackOn("hetzner", undefined, [size("cx23", small)]);
    expect(resolveSize(stack, "small", "amd64")).toEqual({ name: "cx23" });
    expect(stack.choices.all()).toMatchObject([{ chosen: { name: "cx23" }, wanted: small, newer: { name: "cpx22" } }]);
    expect(stack.choices.advice.map(({ message }) => message)).toEqual([
      "cx23 was applied and stays; the tables of 2026-09-04 would choose cpx22",
    ]);
  });

  it("stays without a word where the tables would choose the same", () => {
    const stack = stackOn("hetzner", undefined, [size("cpx22", small)]);
    expect(resolveSize(stack, "small", "amd64")).toEqual({ name: "cpx22" });
    expect(stack.choices.advice).toEqual([]);
  });

  it("stays where the tables have nothing for it any more", () => {
    const recorded = { ...size("t2a-standard-2", "small arm64 of gcp in asia-southeast3") };
    expect(resolveSize(stackOn("gcp", "asia-southeast3", [recorded]), "small", "arm64")).toEqual({
      name: "t2a-standard-2",
    });
  });

  it("does not stay once another size, architecture or region is wanted", () => {
    const recorded = [size("cx23", small)];
    expect(resolveSize(stackOn("hetzner", undefined, recorded), "medium", "amd64")).toEqual({ name: "cpx32" });
    expect(resolveSize(stackOn("hetzner", undefined, recorded), "small", "arm64")).toEqual({ name: "cax11" });
    expect(resolveSize(stackOn("hetzner", "ash", recorded), "small", "amd64")).toEqual({ name: "cpx21" });
  });

  it("stays, where the wish is not on record, while it is as large as is wanted", () => {
    const recorded = [size("cx33")];
    expect(resolveSize(stackOn("hetzner", undefined, recorded), "small", "amd64")).toEqual({ name: "cx33" });
    expect(resolveSize(stackOn("hetzner", undefined, recorded), "large", "amd64")).toEqual({ name: "cpx42" });
    expect(resolveSize(stackOn("hetzner", undefined, [size("gone")]), "small", "amd64")).toEqual({ name: "gone" });
  });

  it("keeps an image, also one that the cloud no longer offers, and warns of its support", () => {
    const image: Choice = {
      what: "image",
      at: "",
      wanted: "default amd64 of digitalocean",
      chosen: { image: "debian-12-x64" },
    };
    const stack = stackOn("digitalocean", undefined, [image]);
    expect(resolveImage(stack, undefined, "amd64")).toEqual({ image: "debian-12-x64" });
    expect(stack.choices.advice.map(({ message }) => message)).toEqual([
      "debian-12 was applied and stays; the tables of 2026-10-01 would choose debian-13",
      "the support of debian-12 ended on 2026-06-10",
    ]);
    const named = stackOn("digitalocean", undefined, [image]);
    expect(resolveImage(named, "ubuntu-24.04", "amd64")).toEqual({ image: "ubuntu-24-04-x64" });
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

import { Network } from "@infra/cloud-network";
import { exampleId } from "@infra/core";
import { synthesizeIn } from "@infra/core/testing";
import { describe, expect, it } from "vitest";

const clouds = ["aws", "gcp", "azure", "oracle", "digitalocean"] as const;

describe.each(clouds)("the id of a peered network on %s", (provider) => {
  const peeredWith = (network: string) =>
    synthesizeIn(provider, (stack) => {
      const peering = { office: { network, cidr: "10.99.0.0/16" } };
      return { id: new Network(stack, "network", { cidr: "10.20.0.0/16", peering }).id };
    });

  it("is taken in the cloud's own form", () => {
    expect(() => peeredWith(exampleId(provider, "network"))).not.toThrow();
  });

  it("is refused in the form of any other cloud, and as a name", () => {
    for (const text of [
      "office",
      ...clouds.filter((other) => other !== provider).map((other) => exampleId(other, "network")),
    ])
      expect(() => peeredWith(text), text).toThrow(/peering\.office\.network: \w+: .* is not the id of a network/);
  });
});

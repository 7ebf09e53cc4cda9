import { Network } from "@infra/cloud-network";
import type { ProviderName } from "@infra/inventory";
import { synthesizeIn } from "@infra/core/testing";
import { describe, expect, it } from "vitest";
import { dnsLabel } from "./oracle/dns-label.js";

const synthesized = (provider: ProviderName, props: object) =>
  synthesizeIn(provider, (stack) => ({ id: new Network(stack, "network", props as { cidr: string }).id }));

describe("a network", () => {
  it.each([
    ["oracle", "10.0.0.0/12", /larger than a \/16/],
    ["digitalocean", "10.0.0.0/12", /larger than a \/16/],
    ["heroku", "10.0.0.0/20", /is not a private \/16/],
    ["heroku", "198.18.0.0/16", /is not a private \/16/],
  ] as const)("of %s refuses the range %s", (provider, cidr, message) => {
    expect(() => synthesized(provider, { cidr })).toThrow(message);
  });

  it("of oracle connects a peering on the side that names the other's gateway", () => {
    const peering = (network: string) => {
      const { configuration } = synthesized("oracle", {
        cidr: "10.20.0.0/16",
        peering: { other: { network, cidr: "10.99.0.0/16" } },
      });
      return configuration.resource?.["oci_core_local_peering_gateway"]?.["network_peering_to_other"];
    };
    expect(peering("ocid1.localpeeringgateway.oc1..abc")).toHaveProperty("peer_id");
    expect(peering("ocid1.vcn.oc1..abc")).not.toHaveProperty("peer_id");
  });
});

describe("a DNS label of oracle", () => {
  it("is the name, when that is one", () => {
    expect(dnsLabel("data1")).toBe("data1");
  });

  it("tells names apart that differ only in what a label cannot hold", () => {
    const labels = ["data-1", "data-1-", "da-ta1", "a-name-that-is-much-too-long"].map(dnsLabel);
    expect(new Set(labels).size).toBe(labels.length);
    for (const label of labels) expect(label).toMatch(/^[a-z][a-z0-9]{0,14}$/);
  });
});

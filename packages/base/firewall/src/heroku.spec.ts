import { Firewall } from "@infra/base-firewall";
import { Network } from "@infra/cloud-network";
import { synthesizeIn } from "@infra/core/testing";
import { describe, expect, it } from "vitest";

const rulesOf = (rules: object) => {
  const { configuration } = synthesizeIn("heroku", (stack) => {
    const network = new Network(stack, "network", { cidr: "10.20.0.0/16" });
    return { id: new Firewall(stack, "firewall", { network, groups: { web: { rules } } } as never).node.id };
  });
  return (configuration.resource?.["heroku_space_inbound_ruleset"]?.["firewall"] as { rule?: unknown }).rule;
};

const http = { protocol: "tcp", ports: "80" };
const https = { protocol: "tcp", ports: "443" };

describe("the inbound rules of a private space", () => {
  it("let everyone in when a rule does", () => {
    expect(rulesOf({ http, https })).toEqual([{ action: "allow", source: "0.0.0.0/0" }]);
  });

  it("let nobody in when there is no rule", () => {
    expect(rulesOf({})).toEqual([{ action: "deny", source: "0.0.0.0/0" }]);
  });

  it("let in the networks that all rules name", () => {
    const from = ["203.0.113.0/24", "198.51.100.0/24"];
    expect(rulesOf({ http: { ...http, from }, https: { ...https, from: [...from].reverse() } })).toEqual([
      { action: "allow", source: "198.51.100.0/24" },
      { action: "allow", source: "203.0.113.0/24" },
    ]);
  });

  it("cannot differ from port to port", () => {
    expect(() => rulesOf({ http, https: { ...https, from: ["203.0.113.0/24"] } })).toThrow(
      /http and https name different networks/,
    );
  });
});

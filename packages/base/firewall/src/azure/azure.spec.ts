import { Firewall } from "@infra/base-firewall";
import type { INetwork } from "@infra/core";
import { synthesizeIn } from "@infra/core/testing";
import { describe, expect, it } from "vitest";
import { priorityOf } from "./priorities.js";

const network = { id: "net", cidr: "10.20.0.0/16" } as INetwork;

function rulesOf(rules: object, more: object = {}): Record<string, Record<string, unknown>> {
  const { configuration } = synthesizeIn("azure", (stack) => {
    const groups = { web: { rules, ...more }, db: {} };
    return { id: new Firewall(stack, "firewall", { network, groups } as never).firewallId("web") };
  });
  return configuration.resource?.["azurerm_network_security_rule"] as Record<string, Record<string, unknown>>;
}

/** Two names that lead to the same priority. */
function twins(): [string, string] {
  const known = new Map<number, string>();
  for (let number = 0; ; number++) {
    const name = `tcp-${String(number)}`;
    const other = known.get(priorityOf(name));
    if (other !== undefined) return [other, name];
    known.set(priorityOf(name), name);
  }
}

describe("a firewall on azure", () => {
  it("denies what azure itself allows inside a virtual network, after all that rules allow", () => {
    const rules = rulesOf({ http: { protocol: "tcp", ports: "80" } }, { privateTraffic: "rules" });
    expect(rules).not.toHaveProperty("firewall_web_private_traffic");
    expect(rules["firewall_web_other_inbound"]).toMatchObject({
      access: "Deny",
      direction: "Inbound",
      priority: 4096,
      source_address_prefix: "*",
    });
    expect(rules["firewall_web_http"]?.["priority"]).toBeLessThan(4000);
  });

  it("knows groups of servers by their application security groups, in both directions", () => {
    const groups = { groups: ["db"] };
    const rules = rulesOf({
      in: { protocol: "tcp", ports: "80", from: groups },
      out: { protocol: "tcp", ports: "5432", from: groups, direction: "outbound" },
    });
    const id = "${azurerm_application_security_group.firewall_db_group_members.id}";
    expect(rules["firewall_web_in"]).toMatchObject({ source_application_security_group_ids: [id] });
    expect(rules["firewall_web_out"]).toMatchObject({ destination_application_security_group_ids: [id] });
  });

  it("refuses two rules of a group whose names lead to the same priority, but not in two directions", () => {
    const [one, other] = twins();
    const traffic = { protocol: "udp", ports: "53" };
    expect(() => rulesOf({ [one]: traffic, [other]: traffic })).toThrow(/would get the same priority/);
    expect(() => rulesOf({ [one]: traffic, [other]: { ...traffic, direction: "outbound" } })).not.toThrow();
  });
});

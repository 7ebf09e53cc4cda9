import { describe, expect, it, vi } from "vitest";
import { deploymentCost, type PricedPlan } from "./deployment.js";
import { parseInfracost } from "./infracost.js";

const fsn1 = { provider: "hetzner", region: "fsn1" } as const;
const small = { server_type: "cx23", public_net: [{ ipv4_enabled: false }] };
const large = { ...small, server_type: "cx33" };

function plan(changes: Record<string, [before: object | null, after: object | null]>): PricedPlan {
  return {
    resource_changes: Object.entries(changes).map(([address, [before, after]]) => ({
      address,
      mode: address.startsWith("data.") ? "data" : "managed",
      type: address.split(".")[0] ?? "",
      change: {
        actions: [],
        before: before as Record<string, unknown> | null,
        after: after as Record<string, unknown> | null,
      },
    })),
  };
}

describe("deploymentCost", () => {
  it("tells what is there now from what will be: created, resized, kept and deleted", () => {
    const cost = deploymentCost(
      plan({
        "hcloud_server.new": [null, small],
        "hcloud_server.resized": [small, large],
        "hcloud_server.kept": [small, small],
        "hcloud_server.gone": [large, null],
      }),
      fsn1,
    );
    expect(cost.before).toEqual({ EUR: 5.49 + 5.49 + 8.49 });
    expect(cost.after).toEqual({ EUR: 5.49 + 8.49 + 5.49 });
    expect(cost.resources.map(({ address, before, after }) => [address, before, after])).toEqual([
      ["hcloud_server.gone", 8.49, 0],
      ["hcloud_server.kept", 5.49, 5.49],
      ["hcloud_server.new", 0, 5.49],
      ["hcloud_server.resized", 5.49, 8.49],
    ]);
  });

  it("lists what has no price, and what is billed by use; counts what is free; reads over data", () => {
    const cost = deploymentCost(
      plan({
        "hcloud_server.odd": [null, { server_type: "cx999" }],
        "hcloud_network.net": [null, {}],
        "aws_s3_bucket.files": [null, {}],
        "data.hcloud_image.debian": [null, {}],
      }),
      fsn1,
    );
    expect(cost.after).toEqual({});
    expect(cost.unpriced).toEqual([
      { address: "hcloud_server.odd", reason: 'no price is known for server_type "cx999", region "fsn1"' },
    ]);
    expect(cost.usage.map(({ address }) => address)).toEqual(["aws_s3_bucket.files"]);
    expect(cost.free).toBe(1);
  });

  it("counts no side of a resource whose other side has no price, so that it never looks cheaper or dearer", () => {
    const odd = { server_type: "cx999" };
    const cost = deploymentCost(plan({ "hcloud_server.up": [small, odd], "hcloud_server.down": [odd, small] }), fsn1);
    expect([cost.before, cost.after]).toEqual([{}, {}]);
    expect(cost.unpriced.map(({ address }) => address)).toEqual(["hcloud_server.down", "hcloud_server.up"]);
  });

  it("says from when its prices are, and whether somebody verified them", () => {
    expect(deploymentCost(plan({}), fsn1).prices).toMatch(/^hetzner \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d, not verified$/);
  });

  it("names the price lists that are older than 90 days", () => {
    vi.useFakeTimers({ now: new Date("2030-01-01") });
    expect(deploymentCost(plan({}), fsn1).stale).toContainEqual(
      expect.stringMatching(/^hetzner prices of servers \(\d{4}-\d\d-\d\d\)$/),
    );
    vi.setSystemTime(new Date("2020-01-01"));
    expect(deploymentCost(plan({}), fsn1).stale).toEqual([]);
    vi.useRealTimers();
  });

  it("prefers Infracost where it prices both sides of a resource, in its currency", () => {
    const infracost = parseInfracost(
      JSON.stringify({
        currency: "USD",
        projects: [
          {
            breakdown: {
              resources: [
                { name: "hcloud_server.a", monthlyCost: "7.5" },
                { name: "hcloud_server.b", monthlyCost: "8.5" },
                { name: "hcloud_server.c", monthlyCost: null },
              ],
            },
            pastBreakdown: { resources: [{ name: "hcloud_server.a", monthlyCost: "7" }] },
          },
        ],
      }),
    );
    const sides: [object, object] = [small, large];
    const cost = deploymentCost(
      plan({ "hcloud_server.a": sides, "hcloud_server.b": sides, "hcloud_server.c": [null, small] }),
      fsn1,
      infracost,
    );
    expect(cost.after).toEqual({ USD: 7.5, EUR: 8.49 + 5.49 });
    expect(cost.before).toEqual({ USD: 7, EUR: 5.49 });
    expect(cost.resources.map(({ source }) => source)).toEqual(["infracost", "table", "table"]);
  });
});

describe("parseInfracost", () => {
  it("refuses what is no breakdown", () => {
    expect(() => parseInfracost("Error: no")).toThrow(/infracost printed no breakdown in JSON/);
    expect(() => parseInfracost('{ "projects": 1 }')).toThrow(/infracost printed no breakdown in JSON/);
  });
});

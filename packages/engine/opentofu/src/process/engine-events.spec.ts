import { describe, expect, it } from "vitest";
import { parseEvent } from "./engine-events.js";

describe("parseEvent", () => {
  it("reads planned changes and diagnostics", () => {
    const resource = { addr: "hcloud_network.a", resource_type: "hcloud_network", more: 1 };
    expect(
      parseEvent(JSON.stringify({ "@level": "info", type: "planned_change", change: { resource, action: "create" } })),
    ).toEqual({
      type: "planned_change",
      change: { resource: { addr: "hcloud_network.a", resource_type: "hcloud_network" }, action: "create" },
    });
    const diagnostic = { severity: "error", summary: "Bad", detail: "Very", address: "hcloud_network.a" };
    expect(parseEvent(JSON.stringify({ type: "diagnostic", diagnostic: { ...diagnostic, range: {} } }))).toEqual({
      type: "diagnostic",
      diagnostic,
    });
  });

  it("reads over everything else: other events, other shapes, text, half lines and other JSON", () => {
    const junk = [
      "",
      "panic: runtime error",
      '{"type":"planned_change"',
      '{"type":"version","tofu":"1.12.6"}',
      '{"type":"planned_change","change":{"resource":null,"action":"create"}}',
      '{"type":"diagnostic","diagnostic":{"severity":"loud","summary":1}}',
      "null",
      "[]",
      "7",
      '"text"',
      "\u0000\uFFFD{}",
    ];
    expect(junk.map(parseEvent)).toEqual(junk.map(() => undefined));
  });
});

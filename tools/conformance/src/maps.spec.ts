import { cidr, jsonSchema, mapOf } from "@infra/inventory";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { countAdded, globOf, mapsOf } from "./maps.js";

describe("mapsOf", () => {
  it("finds every map of a schema, also inside others, and inside unions and defaults", () => {
    const inner = z.strictObject({ size: z.int(), tags: z.record(z.string(), z.string()).default({}) });
    const schema = z.strictObject({
      range: cidr(),
      groups: mapOf(z.union([z.string(), inner])),
      other: inner.optional(),
    });
    expect(mapsOf(jsonSchema(schema)).sort()).toEqual(["groups", "groups.*.tags", "other.tags"]);
    expect(globOf("groups.*.tags").test("groups.web.tags")).toBe(true);
    expect(globOf("groups.*.tags").test("groups.web.volumes.tags")).toBe(false);
  });
});

describe("countAdded", () => {
  it.each([
    ["nothing", { rules: [{ a: 1 }] }, { rules: [{ a: 1 }] }, 0],
    ["an entry of a list, wherever it stands", { rules: [{ a: 1 }] }, { rules: [{ b: 2 }, { a: 1 }] }, 1],
    ["an entry of a list inside another", [{ cors: [1] }], [{ cors: [1, 2] }], 1],
    ["an entry of a map", { tags: { a: "1" } }, { tags: { a: "1", b: "2" } }, 1],
    ["two entries", { rules: [1] }, { rules: [1, 2, 3] }, 2],
  ])("counts %s", (_name, before, after, count) => {
    expect(countAdded(before, after)).toBe(count);
  });

  it.each([
    ["an entry that changed", { rules: [{ a: 1 }] }, { rules: [{ a: 2 }, { b: 2 }] }],
    ["an entry that is gone", { rules: [1, 2] }, { rules: [1] }],
    ["a value beside the entries that changed", { name: "a", rules: [] }, { name: "b", rules: [1] }],
    ["a list that became something else", { rules: [1] }, { rules: "none" }],
  ])("refuses %s", (_name, before, after) => {
    expect(countAdded(before, after)).toBe(Infinity);
  });
});

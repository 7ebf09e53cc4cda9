import { describe, expect, it } from "vitest";
import type { ShownChange } from "@infra/opentofu";
import { attributeChanges, countChanges } from "./changes.js";

const shown = (change: Partial<ShownChange["change"]>): ShownChange => ({
  address: "a.b",
  change: {
    actions: ["update"],
    before: {},
    after: {},
    after_unknown: {},
    before_sensitive: {},
    after_sensitive: {},
    ...change,
  },
});

describe("countChanges", () => {
  it("counts replacements apart from creations and deletions", () => {
    const actions = ["create", "replace", "replace", "delete", "update"] as const;
    expect(countChanges(actions.map((action) => ({ address: "a.b", action })))).toEqual({
      create: 1,
      update: 1,
      replace: 2,
      delete: 1,
    });
  });
});

describe("attributeChanges", () => {
  it("names the attribute inside maps and lists, and leaves equal ones out", () => {
    const before = { name: "a", labels: { x: "1", y: "2" }, list: [{ ip: "10.0.0.1" }] };
    const after = { name: "a", labels: { x: "1", z: "3" }, list: [{ ip: "10.0.0.2" }] };
    expect(attributeChanges(shown({ before, after }))).toEqual([
      { path: "labels.y", before: '"2"', after: "null" },
      { path: "labels.z", before: "null", after: '"3"' },
      { path: "list.0.ip", before: '"10.0.0.1"', after: '"10.0.0.2"' },
    ]);
  });

  it("says of a value that is not known yet that it is known after apply", () => {
    const change = shown({ before: { id: "1", tags: { a: "b" } }, after: { tags: {} }, after_unknown: { id: true } });
    expect(attributeChanges(change)).toContainEqual({ path: "id", before: '"1"', after: "(known after apply)" });
  });

  it("hides sensitive values, whole or in part, and shows that they change", () => {
    const change = shown({
      before: { key: "old", user: { name: "a", password: "x" }, same: "s" },
      after: { key: "new", user: { name: "b", password: "y" }, same: "s" },
      before_sensitive: { user: { password: true }, same: true },
      after_sensitive: { key: true },
    });
    const changes = attributeChanges(change);
    expect(changes).toEqual([
      { path: "key", before: "(sensitive)", after: "(sensitive)" },
      { path: "user.name", before: '"a"', after: '"b"' },
      { path: "user.password", before: "(sensitive)", after: "(sensitive)" },
    ]);
  });

  it("leaves out lists and maps that are empty and stay so", () => {
    const value = () => ({ list: [], map: {}, deep: [{ list: [] }], name: "a" });
    expect(attributeChanges(shown({ before: value(), after: { ...value(), name: "b" } }))).toEqual([
      { path: "name", before: '"a"', after: '"b"' },
    ]);
  });

  it("takes null and absent for the same, and cuts long values", () => {
    const change = shown({ before: { a: null, text: "x".repeat(200) }, after: { text: "y".repeat(200) } });
    const [only, ...others] = attributeChanges(change);
    expect(others).toEqual([]);
    expect(only?.before).toHaveLength(78);
    expect(only?.before).toMatch(/…$/);
  });
});

import { describe, expect, it } from "vitest";
import type { Status } from "@infra/results";
import { noChange } from "./no-change.js";

const plans = (statuses: Record<string, Status>, offline = false) => ({
  offline,
  results: Object.entries(statuses).map(([id, status]) => ({ id, status })),
});

describe("the mark of a commit without changes", () => {
  it("is a success only when every planned deployment is unchanged", () => {
    expect(noChange(plans({ "p/a": "unchanged", "p/b": "unchanged" }), {})).toEqual({
      state: "success",
      description: "2 deployments unchanged",
    });
  });

  it("stays pending when something changes, or waits for a deployment that was never applied", () => {
    for (const status of ["changed", "waiting", "applied", "done"] as const)
      expect(noChange(plans({ "p/a": status, "p/b": "unchanged" }), {})).toEqual({
        state: "pending",
        description: "p/a of 2 deployments changes; a person decides",
      });
  });

  it("is a failure when a plan failed, whatever the others are", () => {
    expect(noChange(plans({ "p/a": "failed", "p/b": "changed" }), {})).toMatchObject({ state: "failure" });
  });

  it("is a failure when nothing was planned, or not what had to be", () => {
    expect(noChange(plans({}), {})).toEqual({ state: "failure", description: "nothing was planned" });
    expect(noChange(plans({ "p/a": "unchanged" }), { deployments: ["p/a", "p/b"] })).toEqual({
      state: "failure",
      description: "p/b of 2 deployments not planned",
    });
  });

  it("is a success when no deployment is affected, and that was said", () => {
    expect(noChange(plans({}), { deployments: [] })).toEqual({
      state: "success",
      description: "no deployment is affected",
    });
  });

  it("takes no plan that was made offline, unless that is wanted", () => {
    expect(noChange(plans({ "p/a": "unchanged" }, true), {})).toMatchObject({ state: "failure" });
    expect(noChange(plans({ "p/a": "unchanged" }, true), { offline: true })).toMatchObject({ state: "success" });
  });
});

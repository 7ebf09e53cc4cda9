import { contains, overlap } from "@infra/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findPlanProblems, planSubnets } from "./plan.js";

const name = fc.stringMatching(/^[a-z](?:-?[a-z0-9]){0,12}$/);
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 12 });
const network = fc.integer({ min: 8, max: 28 }).map((prefix) => `10.0.0.0/${String(prefix)}`);
const subnetsOf = (all: readonly string[]) => Object.fromEntries(all.map((each) => [each, {}]));

describe("the plan of subnets", () => {
  it("never overlaps and never leaves the network, for any names that are not refused", () => {
    const property = fc.property(network, names, (cidr, all) => {
      const plan = { cidr, subnets: subnetsOf(all) };
      const ranges = Object.values(planSubnets(plan));
      const clash = ranges.some((range, index) => ranges.slice(0, index).some((other) => overlap(range, other)));
      expect(findPlanProblems(plan).length > 0).toBe(clash);
      for (const range of ranges) expect(contains(cidr, range)).toBe(true);
    });
    fc.assert(property, { numRuns: 200 });
  });

  it("moves no subnet when another is added", () => {
    const property = fc.property(network, names, name, (cidr, all, added) => {
      const before = planSubnets({ cidr, subnets: subnetsOf(all) });
      const after = planSubnets({ cidr, subnets: subnetsOf([added, ...all]) });
      expect(after).toMatchObject(before);
    });
    fc.assert(property, { numRuns: 200 });
  });

  it("offers a range that is free for one that overlaps", () => {
    const subnets = { default: {}, data: { cidr: "10.20.0.0/20" } };
    const [problem] = findPlanProblems({ cidr: "10.20.0.0/16", subnets });
    const offered = /for example (\S+)$/.exec(problem?.remedy ?? "")?.[1] ?? "";
    expect(findPlanProblems({ cidr: "10.20.0.0/16", subnets: { default: {}, data: { cidr: offered } } })).toEqual([]);
  });
});

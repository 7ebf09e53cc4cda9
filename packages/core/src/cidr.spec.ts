import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contains, overlap, prefixOf, subnetOf } from "./cidr.js";
import { cidr } from "@infra/inventory";

const network = fc.tuple(fc.nat(0xffffffff), fc.integer({ min: 1, max: 32 })).map(([address, prefix]) => {
  const first = prefix === 0 ? 0 : Math.floor(address / 2 ** (32 - prefix)) * 2 ** (32 - prefix);
  return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".")}/${String(prefix)}`;
});

describe("subnetOf", () => {
  it("gives parts that lie inside and do not overlap", () => {
    fc.assert(
      fc.property(network, fc.integer({ min: 0, max: 8 }), fc.nat(6), fc.nat(6), (outer, longer, i, j) => {
        const length = Math.min(32, prefixOf(outer) + longer);
        const [a, b] = [subnetOf(outer, length, i), subnetOf(outer, length, j)];
        if (a !== undefined) expect(contains(outer, a)).toBe(true);
        if (a !== undefined && b !== undefined) expect(overlap(a, b)).toBe(i === j);
      }),
    );
  });

  it("gives nothing outside", () => {
    expect(subnetOf("10.0.0.0/24", 25, 1)).toBe("10.0.0.128/25");
    expect(subnetOf("10.0.0.0/24", 25, 2)).toBeUndefined();
    expect(subnetOf("10.0.0.0/24", 16, 0)).toBeUndefined();
  });
});

describe("overlap", () => {
  it("holds exactly when one network holds the other", () => {
    fc.assert(
      fc.property(network, network, (a, b) => {
        expect(overlap(a, b)).toBe(contains(a, b) || contains(b, a));
      }),
    );
  });
});

describe("cidr", () => {
  it("accepts every network that is written with its first address", () => {
    fc.assert(
      fc.property(network, (value) => {
        expect(cidr().safeParse(value).success).toBe(true);
      }),
    );
  });

  it.each(["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "300.0.0.0/8", "fd00::/8", "10.0.0.1/8", "", "10.0.0.0/8 "])(
    "refuses %j",
    (value) => {
      expect(cidr().safeParse(value).success).toBe(false);
    },
  );

  it("names the first address when bits behind the prefix are set", () => {
    const [issue] = cidr().safeParse("10.1.2.3/16").error?.issues ?? [];
    expect(issue).toMatchObject({
      code: "custom",
      params: { remedy: "Write the first address of the network: 10.1.0.0/16" },
    });
  });
});

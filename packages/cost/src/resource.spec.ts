import { describe, expect, it } from "vitest";
import type { PriceTable } from "@infra/facts/prices";
import { priceOf, type Values } from "./resource.js";

const source = "list";
const table: PriceTable = {
  currency: "EUR",
  sources: { list: { url: "https://example.com", date: "2026-01-01", verified: true } },
  prices: [
    { type: "server", part: "server", when: { size: "small", region: ["a", "b"] }, hourly: 0.01, source },
    { type: "server", part: "address", when: { "net.0.public": false }, free: "private", source },
    { type: "server", part: "address", monthly: 0.5, source },
    {
      type: "disk",
      when: { kind: "fast" },
      steps: [
        { upTo: 32, monthly: 5 },
        { upTo: 64, monthly: 9 },
      ],
      per: "size",
      source,
    },
    { type: "disk", when: { kind: null }, monthly: 0.1, per: "size", otherwise: 8, source },
    { type: "disk", when: { kind: "slow" }, monthly: 0.05, per: "size", source },
    { type: "rule", shared: 5, monthly: 18, source },
    { type: "gateway", part: "gateway", monthly: 30, source },
    { type: "gateway", part: "traffic", usage: "each GiB", source },
    { type: "bucket", usage: "each GiB", source },
    { type: "space", unlisted: "by contract", source },
  ],
};

const price = (type: string, values: Values, region = "a", earlier = 0) =>
  priceOf(type, values, region, table, earlier);

describe("priceOf", () => {
  it("adds the parts of a resource, hours as 730 of a month", () => {
    expect(price("server", { size: "small" })).toEqual({ kind: "priced", monthly: 7.8 });
    expect(price("server", { size: "small", net: [{ public: false }] })).toEqual({ kind: "priced", monthly: 7.3 });
  });

  it("has no price when a part has none, and says what the plan says", () => {
    expect(price("server", { size: "large" })).toEqual({
      kind: "unpriced",
      reason: 'no price is known for size "large", region "a"',
    });
    expect(price("server", { size: "small" }, "c")).toMatchObject({ kind: "unpriced" });
    expect(price("other", {})).toEqual({ kind: "unpriced", reason: "no price of this type is known" });
  });

  it("multiplies by a quantity, also one that is written as text or not said", () => {
    expect(price("disk", { kind: null, size: 50 })).toEqual({ kind: "priced", monthly: 5 });
    expect(price("disk", { size: "50" })).toEqual({ kind: "priced", monthly: 5 });
    expect(price("disk", {})).toEqual({ kind: "priced", monthly: 0.8 });
  });

  it("does not guess a quantity that is known only after an apply", () => {
    expect(price("disk", { kind: "slow" })).toEqual({
      kind: "unpriced",
      reason: "size is not known before it is applied",
    });
  });

  it("takes the first size that is large enough, where sizes are sold", () => {
    expect(price("disk", { kind: "fast", size: 33 })).toEqual({ kind: "priced", monthly: 9 });
    expect(price("disk", { kind: "fast", size: 65 })).toEqual({
      kind: "unpriced",
      reason: "no price is known for size 65",
    });
  });

  it("counts what is sold in lots once per lot", () => {
    const kinds = [0, 1, 4, 5].map((earlier) => price("rule", {}, "a", earlier).kind);
    expect(kinds).toEqual(["priced", "free", "free", "priced"]);
  });

  it("keeps apart what is billed by use, and says so of a part", () => {
    expect(price("bucket", {})).toEqual({ kind: "usage", reason: "each GiB" });
    expect(price("gateway", {})).toEqual({ kind: "priced", monthly: 30, usage: "each GiB" });
    expect(price("space", {})).toEqual({ kind: "unpriced", reason: "by contract" });
  });
});

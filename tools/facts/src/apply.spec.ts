import type { PriceTable } from "@infra/facts/prices";
import { describe, expect, it } from "vitest";
import { applyPrices, type LivePrices } from "./prices/index.js";

describe("a price list that is compared with the cloud's", () => {
  const source = { url: "https://example.com", date: "2026-01-01", note: "by hand", verified: false };
  const server_type = "cx23";
  const table: PriceTable = {
    currency: "EUR",
    sources: { servers: source, rest: source },
    prices: [
      { type: "server", when: { server_type, region: ["fsn1", "nbg1"] }, monthly: 5, source: "servers" },
      { type: "volume", per: "size", monthly: 0.05, source: "rest" },
      { type: "network", free: "networks cost nothing", source: "rest" },
    ],
  };
  const live = (prices: Readonly<Record<string, number>>): LivePrices => ({
    currency: "EUR",
    priceOf({ type, when }) {
      const monthly = prices[`${type} ${String(when["region"])}`];
      return monthly === undefined ? undefined : { monthly };
    },
  });

  it("stays as it is where nothing differs, and counts as verified where all was read", () => {
    const { prices, differences, unread } = applyPrices(
      table,
      live({ "server fsn1": 5, "server nbg1": 5 }),
      "2026-02-02",
    );
    expect(differences).toEqual([]);
    expect(prices.prices).toEqual(table.prices);
    expect(prices.sources["servers"]).toEqual({ url: source.url, date: "2026-02-02", verified: true });
    expect(unread).toEqual(["volume"]);
    expect(prices.sources["rest"]).toEqual(source);
  });

  it("gets a new price in its place, and nothing else", () => {
    const { prices, differences } = applyPrices(table, live({ "server fsn1": 6, "server nbg1": 6 }), "2026-02-02");
    expect(differences).toEqual(["server server_type=cx23 region=fsn1|nbg1: 5 a month → 6 a month"]);
    expect(prices.prices).toEqual([{ ...table.prices[0], monthly: 6 }, ...table.prices.slice(1)]);
  });

  it("gets an entry per price where regions differ", () => {
    const { prices } = applyPrices(table, live({ "server fsn1": 5, "server nbg1": 7 }), "2026-02-02");
    expect(prices.prices.slice(0, 2)).toEqual([
      { type: "server", when: { server_type, region: "fsn1" }, monthly: 5, source: "servers" },
      { type: "server", when: { server_type, region: "nbg1" }, monthly: 7, source: "servers" },
    ]);
  });

  it("gets prices where it had a reason for none, and keeps the reason for the rest", () => {
    const unlisted = {
      type: "server",
      when: { server_type: ["cx23", "cx33"] },
      unlisted: "not read",
      source: "servers",
    };
    const without: PriceTable = { ...table, prices: [unlisted, ...table.prices] };
    const cheap: LivePrices = {
      currency: "EUR",
      priceOf: ({ when }) => (when["server_type"] === "cx33" && when["region"] === "fsn1" ? { monthly: 9 } : undefined),
    };
    const { prices, differences } = applyPrices(without, cheap, "2026-02-02");
    expect(differences).toEqual(["server server_type=cx33 region=fsn1: added, 9 a month"]);
    expect(prices.prices.slice(0, 2)).toEqual([
      { type: "server", when: { server_type: "cx33", region: "fsn1" }, monthly: 9, source: "servers" },
      unlisted,
    ]);
  });

  it("is not mixed with another currency", () => {
    expect(() => applyPrices(table, { ...live({}), currency: "USD" }, "2026-02-02")).toThrow(/Ask for EUR/);
  });
});

import { providerNames } from "@infra/inventory";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { factsFolder, pricesFolder } from "./file.js";
import { compare, type Facts, problemsOf, readFacts, readPrices, render } from "./index.js";

describe.each(providerNames)("the tables of %s", (provider) => {
  const facts = readFacts(provider);
  const prices = readPrices(provider);

  it("are sound: every entry can be chosen, every class of size leads somewhere, and every size has a price or a reason", () => {
    expect(problemsOf(provider, facts, prices)).toEqual([]);
  });

  it("name their source and date", () => {
    for (const { source, date } of Object.values(facts)) {
      expect(source).not.toBe("");
      expect(new Date(date).getTime()).toBeLessThanOrEqual(Date.now());
    }
  });

  it("are written as the command writes them", () => {
    expect(readFileSync(join(factsFolder, `${provider}.json`), "utf8")).toBe(render(facts));
    expect(readFileSync(join(pricesFolder, `${provider}.json`), "utf8")).toBe(render(prices));
  });
});

const size = (name: string, cpus: number, memory: number) => ({ name, cpus, memory, architecture: "amd64" as const });
const origin = { source: "by hand", date: "2026-01-01", verified: false };
const tables: Facts = {
  regions: { ...origin, pattern: "^r\\d$", entries: { r1: {}, r2: {} } },
  sizes: { ...origin, entries: [size("tiny", 1, 1), size("huge", 64, 256)] },
  images: { ...origin, entries: { "debian-12": { amd64: { name: "debian-12" } } } },
};
const withSizes = (...entries: Facts["sizes"]["entries"]): Facts => ({ ...tables, sizes: { ...origin, entries } });

describe("the check", () => {
  it("finds a kind of server that can never be chosen", () => {
    expect(problemsOf("aws", withSizes(size("huge", 64, 256), size("small", 2, 4)))).toEqual([
      expect.stringContaining("sizes.small: it is never chosen, because huge comes first and is larger"),
    ]);
  });

  it("lets a kind that is as large stand behind another, for when that one is sold out", () => {
    const found = problemsOf("aws", withSizes(size("first", 64, 256), size("second", 64, 256)));
    expect(found).toEqual([]);
    const soldOut = { ...size("larger", 64, 512), orderable: ["r1"] };
    expect(problemsOf("aws", withSizes(soldOut, size("huge", 64, 256)))).toEqual([]);
  });

  it("finds a kind of server that has neither a price nor a reason", () => {
    const prices = { currency: "USD", sources: {}, prices: [] };
    expect(problemsOf("aws", withSizes(size("huge", 64, 256)), prices)).toEqual([
      "prices.aws_instance: no entry is about instance_type huge. Add its price, or why it has none",
    ]);
  });

  it("finds a default image that is not in the table", () => {
    const odd = { ...tables, images: { ...tables.images, default: "debian-13" as const } };
    expect(problemsOf("aws", odd)).toContainEqual(expect.stringContaining("images.default: debian-13 is not in"));
  });

  it("finds classes of size that lead nowhere", () => {
    const found = problemsOf("aws", withSizes(size("small", 2, 4)));
    expect(found).toContainEqual(expect.stringContaining("nothing is large enough for medium in r1"));
  });

  it("finds regions that do not have the shape, or are not listed", () => {
    const odd = { ...tables, regions: { ...tables.regions, entries: { r1: {}, east: {} } } };
    expect(problemsOf("aws", odd)).toContainEqual(expect.stringContaining("regions.east"));
    const unknown = withSizes({ ...size("huge", 64, 256), regions: ["r9"] }, size("all", 64, 256));
    expect(problemsOf("aws", unknown)).toContainEqual(expect.stringContaining("its region r9"));
  });
});

describe("the comparison with a cloud", () => {
  const live = {
    regions: { r1: {}, r3: {} },
    sizes: [size("huge", 64, 512)],
    images: [{ name: "debian-12", architecture: "amd64" as const }],
  };
  const { facts, differences } = compare(tables, live, "2026-02-02");

  it("says what was added, removed and changed", () => {
    expect(differences).toEqual([
      "regions.r3: added",
      "regions.r2: removed",
      "sizes.tiny: removed",
      expect.stringContaining("sizes.huge: "),
    ]);
  });

  it("corrects the tables, and dates them", () => {
    expect(facts.sizes).toMatchObject({ date: "2026-02-02", verified: true, entries: [size("huge", 64, 512)] });
    expect(facts.regions.entries).toEqual(live.regions);
  });

  it("finds nothing in tables that it has corrected", () => {
    expect(compare(facts, live, "2026-02-02")).toEqual({ facts, differences: [] });
  });

  it("takes the regions and the stock that a cloud says, and drops those that it says no more", () => {
    const old = withSizes({ ...size("huge", 64, 256), regions: ["r1"], orderable: [] });
    const { facts: now } = compare(old, { ...live, sizes: [size("huge", 64, 256)], saysRegions: true }, "2026-02-02");
    expect(now.sizes.entries).toEqual([size("huge", 64, 256)]);
    const { facts: kept } = compare(old, { ...live, sizes: [size("huge", 64, 256)] }, "2026-02-02");
    expect(kept.sizes.entries).toEqual(old.sizes.entries);
  });

  it("removes an image that is no longer offered", () => {
    const { facts: without, differences: found } = compare(tables, { ...live, images: [] }, "2026-02-02");
    expect(without.images.entries).toEqual({});
    expect(found).toContain("images.debian-12.amd64: removed");
  });
});

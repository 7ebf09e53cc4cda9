import { describe, expect, it } from "vitest";
import type { CloudFacts, SizeFacts } from "./facts.js";
import { chooseSize, satisfies } from "./sizes.js";

const origin = { source: "by hand", date: "2026-01-01", verified: false };
const size = (name: string, cpus: number, memory: number, more: Partial<SizeFacts> = {}): SizeFacts => ({
  name,
  cpus,
  memory,
  architecture: "amd64",
  ...more,
});

const facts = (...sizes: readonly SizeFacts[]): CloudFacts => ({
  regions: { ...origin, entries: { r1: {}, r2: {}, empty: { servers: false } } },
  sizes: { ...origin, entries: sizes },
  images: { ...origin, entries: {} },
});

const inR1 = { region: "r1", architecture: "amd64" } as const;

describe("chooseSize", () => {
  const cheap = size("cheap", 2, 4);
  const dear = size("dear", 2, 4);

  it("takes the first kind that is large enough", () => {
    expect(chooseSize(facts(size("tiny", 1, 1), cheap, dear), "small", inR1).size).toEqual({ name: "cheap" });
  });

  it("passes over a kind that is sold out, and takes it again where it can be ordered", () => {
    const table = facts({ ...cheap, orderable: ["r2"] }, dear);
    expect(chooseSize(table, "small", inR1)).toMatchObject({ size: { name: "dear" }, orderable: true });
    expect(chooseSize(table, "small", { ...inR1, region: "r2" }).size).toEqual({ name: "cheap" });
  });

  it("takes the first that is sold where none can be ordered, and says so", () => {
    const table = facts({ ...cheap, orderable: [] }, { ...dear, orderable: [] });
    expect(chooseSize(table, "small", inR1)).toMatchObject({ size: { name: "cheap" }, orderable: false });
  });

  it("follows a list of kinds in its own order, also to a larger one than the class would be", () => {
    const table = facts(cheap, dear, size("huge", 64, 256));
    expect(chooseSize(table, ["huge", "cheap"], inR1).size).toEqual({ name: "huge" });
    const soldOut = facts(cheap, { ...size("huge", 64, 256), orderable: [] });
    expect(chooseSize(soldOut, ["huge", "cheap"], inR1).size).toEqual({ name: "cheap" });
  });

  it("takes a kind at its word that the table does not know", () => {
    expect(chooseSize(facts(cheap), ["brand-new", "cheap"], inR1)).toMatchObject({
      size: { name: "brand-new" },
      orderable: true,
    });
  });

  it("finds nothing in regions that lack a kind, or sell none", () => {
    const table = facts({ ...cheap, except: ["r2"] });
    expect(chooseSize(table, "small", { ...inR1, region: "r2" }).size).toBeUndefined();
    expect(chooseSize(table, "small", { ...inR1, region: "empty" })).toEqual({ orderable: false });
  });

  it("says the largest kind of the architecture where nothing is large enough", () => {
    const table = facts(cheap, size("arm", 64, 64, { architecture: "arm64" }));
    expect(chooseSize(table, "xlarge", inR1)).toEqual({ orderable: false, largest: { cpus: 2, memory: 4 } });
  });

  it("says which disk a kind starts from, and how much of a flexible one is wanted", () => {
    const disk = facts(size("hyper", 2, 4, { disk: "hyperdisk-balanced" }));
    expect(chooseSize(disk, "small", inR1).size).toEqual({ name: "hyper", disk: "hyperdisk-balanced" });
    const flexible = facts(size("flex", 64, 512, { flexible: { cpusPerUnit: 2, memoryPerUnit: 4 } }));
    expect(chooseSize(flexible, { cpus: 2, memory: 9 }, inR1).size?.flexible).toEqual({ units: 3, memory: 9 });
  });
});

describe("satisfies", () => {
  it("compares with a class, with needs, and with the names of a list", () => {
    const kind = size("kind", 4, 8);
    expect([satisfies(kind, "medium"), satisfies(kind, "large")]).toEqual([true, false]);
    expect([satisfies(kind, { cpus: 4, memory: 9 }), satisfies(kind, ["kind"]), satisfies(kind, ["other"])]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

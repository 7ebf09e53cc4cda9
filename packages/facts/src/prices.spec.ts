import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { providerNames } from "@infra/inventory";
import { allPrices, pricesOf } from "./prices.js";

const packages = resolve(__dirname, "../..");

/** Types of resources that the modules' examples make on a cloud. */
function typesOn(provider: string): string[] {
  const lists = ["cloud", "base", "stacks"].flatMap((layer) =>
    (readdirSync(join(packages, layer), { recursive: true }) as string[])
      .filter((file) => file.endsWith(`.${provider}.txt`) && !file.includes("node_modules"))
      .map((file) => join(layer, file)),
  );
  const lines = lists.flatMap((file) => readFileSync(join(packages, file), "utf8").split("\n"));
  return [...new Set(lines.filter((line) => !line.startsWith("data.")).map((line) => line.split(".")[0] ?? ""))]
    .filter((type) => type !== "")
    .sort();
}

describe.each(providerNames)("the prices of %s", (provider) => {
  it("know every type of resource that the modules make there: priced, by use, unlisted or free with a reason", () => {
    const known = new Set(pricesOf(provider).prices.map(({ type }) => type));
    const types = typesOn(provider);
    expect(types.length).toBeGreaterThan(0);
    expect(types.filter((type) => !known.has(type))).toEqual([]);
  });

  it("name a source and its day for each entry, and every source is used", () => {
    const { sources, prices } = pricesOf(provider);
    expect(new Set(prices.map(({ source }) => source))).toEqual(new Set(Object.keys(sources)));
    for (const { url } of Object.values(sources)) {
      expect(url).toMatch(/^https:\/\//);
    }
  });

  it("have no entry that another one hides", () => {
    const seen = new Set<string>();
    const hidden = pricesOf(provider).prices.filter(({ type, part = "", when }) => {
      const before = seen.has(`${type} ${part}`);
      if (!when) seen.add(`${type} ${part}`);
      return before;
    });
    expect(hidden).toEqual([]);
  });
});

it("there are prices of every cloud", () => {
  expect([...allPrices().keys()]).toEqual([...providerNames]);
});

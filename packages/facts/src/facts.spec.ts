import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { daysBetween, staleTables } from "./age.js";
import { providerNames } from "@infra/inventory";
import { factsOf, hasRegion } from "./facts.js";
import { imageCalled, imageSupport, supportWarning } from "./images.js";
import { datedPrices } from "./prices.js";
import { factsSchema } from "./schema.js";
import { chooseSize, type SizeClass, sizeClasses } from "./sizes.js";
import { datedFacts } from "./tables.js";

const repository = resolve(__dirname, "../../..");

/** Files of examples: inventories, examples of modules, and READMEs. */
const examples = (["inventory-example", "packages", "generators", "README.md"] as const)
  .flatMap((place) =>
    place.endsWith(".md")
      ? [place]
      : (readdirSync(join(repository, place), { recursive: true }) as string[]).map((file) => join(place, file)),
  )
  .filter((file) => /\.(?:ya?ml|md)$|examples\/[^/]+\.ts$/.test(file) && !/node_modules|dist\/|fixtures/.test(file));

describe.each(providerNames)("the facts of %s", (cloud) => {
  const facts = factsOf(cloud);

  it("have the shape that is declared, name a source, and are of a day that was", () => {
    expect(factsSchema.parse(JSON.parse(JSON.stringify(facts)))).toEqual(facts);
    for (const { name, date } of [...datedFacts(cloud), ...datedPrices(cloud)])
      expect(new Date(date).getTime(), name).toBeLessThanOrEqual(Date.now());
  });

  it("lead every class of size somewhere in every region that sells servers", () => {
    if (cloud === "heroku") return;
    for (const [region, { servers }] of Object.entries(facts.regions.entries)) {
      if (servers === false) continue;
      for (const [name, { cpus, memory }] of Object.entries(sizeClasses)) {
        const { size } = chooseSize(facts, name as SizeClass, { region, architecture: "amd64" });
        const kind = facts.sizes.entries.find((each) => each.name === size?.name);
        expect(kind?.cpus, `${name} in ${region}`).toBeGreaterThanOrEqual(cpus);
        expect(kind?.memory, `${name} in ${region}`).toBeGreaterThanOrEqual(memory);
      }
    }
  });

  it("have a default image that is on the cloud's list, with more than a year of support left", () => {
    const { default: fallback, entries } = facts.images;
    if (fallback === undefined) {
      expect(entries).toEqual({});
      return;
    }
    expect(entries[fallback]?.amd64).toBeDefined();
    const today = new Date().toISOString().slice(0, 10);
    expect(daysBetween(today, imageSupport().entries[fallback])).toBeGreaterThan(365);
  });
});

it("have every region that an example names", () => {
  const named = examples.flatMap((file) => {
    const text = readFileSync(join(repository, file), "utf8");
    return [...text.matchAll(/provider:\s*"?([a-z]+)"?[\s,;]+region:\s*"?([a-z][a-z\d-]+)"?/g)].map(
      ([, provider = "", region = ""]) => ({ file, provider, region }),
    );
  });
  expect(named.length).toBeGreaterThan(5);
  const unknown = named.filter(({ provider, region }) => {
    const cloud = providerNames.find((name) => name === provider);
    return !cloud || !hasRegion(factsOf(cloud).regions, region);
  });
  expect(unknown).toEqual([]);
});

describe("the support of images", () => {
  it("warns from 180 days before its end on, and says when it is over", () => {
    expect(supportWarning("ubuntu-22.04", "2026-10-02")).toBeUndefined();
    expect(supportWarning("ubuntu-22.04", "2026-10-03")).toBe("the support of ubuntu-22.04 ends on 2027-04-01");
    expect(supportWarning("debian-12", "2026-11-28")).toBe("the support of debian-12 ended on 2026-06-10");
  });

  it("is known of an image that a cloud no longer offers, by the name that it had there", () => {
    expect(imageCalled(factsOf("digitalocean"), { image: "debian-12-x64" })).toBe("debian-12");
    expect(imageCalled(factsOf("digitalocean"), { image: "debian-11-x64" })).toBeUndefined();
  });
});

describe("the age of tables", () => {
  it("makes them stale after 90 days, the oldest first", () => {
    const tables = [
      { name: "new", date: "2026-03-01" },
      { name: "old", date: "2026-02-28" },
      { name: "oldest", date: "2025-01-01" },
    ];
    expect(staleTables(tables, "2026-05-30").map(({ name }) => name)).toEqual(["oldest", "old"]);
  });

  it("is that of each table by its name", () => {
    expect(datedFacts("hetzner").map(({ name }) => name)).toContain("hetzner sizes");
    expect(datedPrices("hetzner").map(({ name }) => name)).toContain("hetzner prices of servers");
    expect(datedPrices("oracle").map(({ name }) => name)).toEqual(["oracle prices"]);
  });
});

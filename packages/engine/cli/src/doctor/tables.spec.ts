import { factsOf } from "@infra/facts";
import { pricesOf } from "@infra/facts/prices";
import { describe, expect, it } from "vitest";
import { tableFindings } from "./tables.js";

const dates = [
  ...Object.values(factsOf("digitalocean")).map(({ date }) => date),
  ...Object.values(pricesOf("digitalocean").sources).map(({ date }) => date),
].sort();
const oldest = dates[0] ?? "";

/** A day so many days after the oldest table. */
const after = (days: number) => new Date(Date.parse(oldest) + days * 86_400_000).toISOString().slice(0, 10);

describe("the age of tables", () => {
  it("is no finding for 90 days", () => {
    expect(tableFindings(["digitalocean"], after(90))).toEqual([]);
  });

  it("is one warning after that, with every table and its day", () => {
    const [finding, ...more] = tableFindings(["digitalocean"], after(91));
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      level: "warning",
      remedy: expect.stringContaining("Update @infra/facts") as string,
    });
    expect(finding?.message).toContain(`digitalocean sizes (${factsOf("digitalocean").sizes.date})`);
  });

  it("names tables that clouds share once", () => {
    const [finding] = tableFindings(["digitalocean", "hetzner"], "2030-01-01");
    expect(finding?.message.match(/support of images/g)).toHaveLength(1);
  });
});

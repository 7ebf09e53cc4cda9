import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { takePlans } from "./take.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "take-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const zip = (...names: string[]) => zipSync(Object.fromEntries(names.map((name) => [name, strToU8(name)])));

describe("taking plans from an archive", () => {
  it("puts them where an apply looks for them", async () => {
    const plans = zip(
      "real/production/compute/plan.tfplan",
      ".infra/real/production/compute/plan.json",
      "report/plan.md",
    );
    expect(await takePlans(plans, root)).toEqual(["production/compute"]);
    expect(readdirSync(join(root, ".infra/real/production/compute")).sort()).toEqual(["plan.json", "plan.tfplan"]);
    expect(readFileSync(join(root, ".infra/real/production/compute/plan.tfplan"), "utf8")).toMatch(/^real/);
  });

  it("leaves out whatever else an archive names, inside and outside of the folder", async () => {
    const names = [
      "../real/a/b/plan.tfplan",
      "real/../../a/b/plan.tfplan",
      "/real/a/b/plan.tfplan",
      "real/a/b/cdk.tf.json",
      "real/a/b/plan.tfplan/../../../../x",
      "real/a/../plan.json",
      "real/A/b/plan.json",
    ];
    expect(await takePlans(zip(...names), root)).toEqual([]);
    expect(existsSync(join(root, ".infra"))).toBe(false);
  });

  it("refuses what is no archive", async () => {
    await expect(takePlans(strToU8("<html>"), root)).rejects.toThrow("no zip archive");
  });
});

import { circleIn, packageGraph, packagesIn } from "@infra/readme";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const packages = packagesIn(join(__dirname, "../../.."));

describe("the packages of the workspace", () => {
  it("import each other without a circle", () => {
    expect(packages.length).toBeGreaterThan(25);
    expect(circleIn(packages)).toBeUndefined();
  });

  it("would be refused with a circle, which is named", () => {
    const closed = [
      { name: "a", imports: ["b"] },
      { name: "b", imports: ["c"] },
      { name: "c", imports: ["b"] },
    ];
    expect(circleIn(closed)).toEqual(["b", "c", "b"]);
  });

  it("are drawn with an arrow for each import that no other one implies", () => {
    const graph = packageGraph(packages);
    expect(graph).toContain("core --> facts");
    expect(graph).toContain("stack__ --> modules");
    expect(graph).not.toContain("stack__ --> inventory");
  });
});

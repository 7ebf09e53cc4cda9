import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadInventory } from "@infra/inventory";
import { ensureTool } from "@infra/toolchain";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { generate, infra, scaffold } from "../../../test/scaffold.js";
import addStackGenerator from "./add-stack.js";

let root: string;
beforeAll(async () => {
  process.env["INFRA_ENGINE"] ??= await ensureTool("tofu");
}, 900_000);
beforeEach(async () => {
  root = await scaffold();
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function text(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

describe("add-stack", () => {
  it("adds a deployment to every environment, which loads and plans", async () => {
    const { changed } = await generate(root, addStackGenerator, { stack: "compute", name: "jobs" });
    expect(changed).toEqual(["inventory/production/jobs.yaml", "inventory/staging/jobs.yaml"]);
    expect(loadInventory(join(root, "inventory")).deployments.map(({ id, stack }) => [id, stack])).toEqual([
      ["production/compute", "compute"],
      ["production/jobs", "compute"],
      ["staging/compute", "compute"],
      ["staging/jobs", "compute"],
    ]);
    const { status, all } = infra(root, "plan", "--all", "--offline");
    expect([status, all]).toEqual([2, expect.stringMatching(/4 deployments: 4 changed/)]);
  });

  it("changes nothing when it runs again", async () => {
    await generate(root, addStackGenerator, { stack: "compute", name: "jobs" });
    expect((await generate(root, addStackGenerator, { stack: "compute", name: "jobs" })).changed).toEqual([]);
  });

  it("leaves a deployment that exists", async () => {
    const before = text("inventory/staging/compute.yaml");
    expect((await generate(root, addStackGenerator, { stack: "compute" })).changed).toEqual([]);
    expect(text("inventory/staging/compute.yaml")).toBe(before);
  });

  it("adds to the environments that are named", async () => {
    const { changed } = await generate(root, addStackGenerator, {
      stack: "compute",
      name: "jobs",
      environments: ["staging"],
    });
    expect(changed).toEqual(["inventory/staging/jobs.yaml"]);
  });

  it("pins the stack's package, and leaves the pins that are there", async () => {
    const manifest = JSON.parse(text("package.json")) as { dependencies: Record<string, string> };
    delete manifest.dependencies["@infra/stack-compute"];
    manifest.dependencies["nx"] = "23.0.0";
    writeFileSync(join(root, "package.json"), JSON.stringify(manifest));
    const { changed } = await generate(root, addStackGenerator, { stack: "compute", name: "jobs" });
    expect(changed).toContain("package.json");
    expect(JSON.parse(text("package.json"))).toMatchObject({
      dependencies: { "@infra/stack-compute": "0.1.0", nx: "23.0.0" },
    });
  });

  it("names the folder of a stack of the product's own, and pins nothing for it", async () => {
    const { changed } = await generate(root, addStackGenerator, { stack: "./stacks/own", environments: ["staging"] });
    expect(changed).toEqual(["inventory/staging/own.yaml"]);
    expect(text("inventory/staging/own.yaml")).toContain('stack: "./stacks/own"');
  });

  it("refuses an environment that is not there, and says how to add it", async () => {
    await expect(generate(root, addStackGenerator, { stack: "compute", environments: ["stagging"] })).rejects.toThrow(
      /--environments: "stagging" is no environment of this product\. Did you mean "staging"\?.* nx g @infra\/product:add-environment stagging/,
    );
  });

  it("refuses a folder that is no product", async () => {
    rmSync(join(root, "package.json"));
    await expect(generate(root, addStackGenerator, { stack: "compute" })).rejects.toThrow(
      /package\.json does not exist, so this is no product\. Run in the folder of a product/,
    );
  });
});

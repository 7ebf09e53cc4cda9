import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadInventory } from "@infra/inventory";
import { ensureTool } from "@infra/toolchain";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { generate, infra, scaffold } from "../../../test/scaffold.js";
import addEnvironmentGenerator from "./add-environment.js";

let root: string;
beforeAll(async () => {
  process.env["INFRA_ENGINE"] ??= await ensureTool("tofu");
}, 900_000);
beforeEach(async () => {
  root = await scaffold({ environments: ["production"] });
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function text(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

const like = { name: "preview", like: "production" };

describe("add-environment", () => {
  it("copies the deployments of another environment, which load and plan", async () => {
    const { changed } = await generate(root, addEnvironmentGenerator, like);
    expect(changed).toEqual(["inventory/preview/compute.yaml", "inventory/preview/environment.yaml"]);
    expect(text("inventory/preview/compute.yaml")).toBe(text("inventory/production/compute.yaml"));
    expect(loadInventory(join(root, "inventory")).deployments.map(({ id }) => id)).toEqual([
      "preview/compute",
      "production/compute",
    ]);
    const { status, all } = infra(root, "plan", "preview/compute", "--offline");
    expect([status, all]).toEqual([2, expect.stringMatching(/1 deployment: 1 changed/)]);
  });

  it("changes nothing when it runs again", async () => {
    await generate(root, addEnvironmentGenerator, like);
    expect((await generate(root, addEnvironmentGenerator, like)).changed).toEqual([]);
  });

  it("leaves what the user wrote", async () => {
    await generate(root, addEnvironmentGenerator, like);
    writeFileSync(join(root, "inventory/preview/environment.yaml"), "region: nbg1\n");
    expect((await generate(root, addEnvironmentGenerator, like)).changed).toEqual([]);
    expect(text("inventory/preview/environment.yaml")).toBe("region: nbg1\n");
  });

  it("begins stacks on another cloud, and pins its bindings", async () => {
    const options = { name: "eu", provider: "aws", region: "eu-central-1", stacks: ["compute"] };
    const { changed } = await generate(root, addEnvironmentGenerator, options);
    expect(changed).toEqual(["inventory/eu/compute.yaml", "inventory/eu/environment.yaml", "package.json"]);
    expect(JSON.parse(text("package.json"))).toMatchObject({ dependencies: { "@cdktf/provider-aws": "21.22.1" } });
    expect(
      loadInventory(join(root, "inventory")).deployments.map(({ id, settings }) => [
        id,
        settings.provider,
        settings.region,
      ]),
    ).toEqual([
      ["eu/compute", "aws", "eu-central-1"],
      ["production/compute", "hetzner", "fsn1"],
    ]);
    expect(text("inventory/eu/compute.yaml")).toContain("cidr: 10.30.0.0/16");
  });

  it("refuses an environment to copy that is not there, and a region that the cloud does not have", async () => {
    await expect(generate(root, addEnvironmentGenerator, { name: "preview", like: "prodution" })).rejects.toThrow(
      /--like: "prodution" is no environment of this product\. Did you mean "production"\?/,
    );
    await expect(generate(root, addEnvironmentGenerator, { name: "preview", region: "fsn2" })).rejects.toThrow(
      /--region: "fsn2" is not a region of hetzner\. Did you mean "fsn1"\?/,
    );
  });
});

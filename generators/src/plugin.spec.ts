import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findDeployments } from "./deployments.js";
import { InventoryFiles } from "./inventory-files.js";
import { Packages } from "./packages.js";
import { targetsOf } from "./targets.js";

let root: string;
let yaml: Set<string>;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "product-"));
  yaml = new Set();
  write("inventory/product.yaml", "product: acme\nprovider: hetzner\nregion: fsn1\n");
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
  if (file.endsWith(".yaml")) yaml.add(file);
}

function find(inventory = "inventory") {
  const files = new InventoryFiles(root, join(root, ".nx", "cache.json"));
  const deployments = findDeployments(inventory, [...yaml], files);
  files.save();
  return { deployments, reads: files.reads };
}

describe("findDeployments", () => {
  it("finds one deployment per file, named after environment and file", () => {
    write("inventory/production/compute.yaml", "config: {}\n");
    write("inventory/staging/web.yaml", "stack: compute\n");
    write("inventory/staging/environment.yaml", "provider: aws\n");
    expect(find().deployments).toMatchObject([
      {
        project: "production-compute",
        id: "production/compute",
        stack: "compute",
        provider: "hetzner",
        files: ["inventory/product.yaml", "inventory/production/compute.yaml"],
      },
      {
        project: "staging-web",
        id: "staging/web",
        stack: "compute",
        provider: "aws",
        files: ["inventory/product.yaml", "inventory/staging/environment.yaml", "inventory/staging/web.yaml"],
      },
    ]);
  });

  it("leaves out files outside the inventory, deeper ones, and a folder without product.yaml", () => {
    write("inventory/production/compute.yaml", "config: {}\n");
    write("inventory/production/more/deep.yaml", "config: {}\n");
    write("elsewhere/production/compute.yaml", "config: {}\n");
    expect(find().deployments.map(({ id }) => id)).toEqual(["production/compute"]);
    expect(find("elsewhere").deployments).toEqual([]);
  });

  it("takes references of every level as edges", () => {
    write("inventory/product.yaml", "product: acme\nstacks:\n  workers: { a: { output: network.id } }\n");
    write(
      "inventory/production/environment.yaml",
      "stacks:\n  workers: { b: { output: production/compute.id } }\n  other: { b: { output: dns.id } }\n",
    );
    for (const name of ["network", "compute", "dns", "storage"])
      write(`inventory/production/${name}.yaml`, "config: {}\n");
    write("inventory/production/workers.yaml", "config: { deep: [{ c: { output: storage.bucket.id } }] }\n");
    const workers = find().deployments.find(({ name }) => name === "workers");
    expect([...(workers?.upstream ?? [])].sort()).toEqual([
      "production/compute",
      "production/network",
      "production/storage",
    ]);
  });

  it("makes no edge to a deployment that is not there", () => {
    write("inventory/production/workers.yaml", "config: { c: { output: nothing.id } }\n");
    expect(find().deployments[0]?.upstream).toEqual([]);
  });

  it("keeps a deployment whose file cannot be read, with the reason", () => {
    write("inventory/production/broken.yaml", "config: [\n");
    expect(find().deployments[0]).toMatchObject({
      id: "production/broken",
      problem: expect.stringContaining("YAML") as unknown,
    });
  });
});

describe("InventoryFiles", () => {
  it("reads each file once, and later only the one that changed", () => {
    for (let index = 0; index < 200; index += 1)
      write(`inventory/production/web-${String(index)}.yaml`, "stack: compute\n");
    expect(find().reads).toBe(201);
    expect(find().reads).toBe(0);
    write("inventory/production/web-7.yaml", "stack: other\n");
    utimesSync(join(root, "inventory/production/web-7.yaml"), new Date(), new Date(Date.now() + 5000));
    const again = find();
    expect(again.reads).toBe(1);
    expect(again.deployments.find(({ name }) => name === "web-7")?.stack).toBe("other");
  });

  it("starts anew when its cache is damaged", () => {
    write("inventory/production/web.yaml", "stack: compute\n");
    find();
    writeFileSync(join(root, ".nx/cache.json"), "{ nope");
    expect(find().reads).toBe(2);
  });
});

describe("Packages", () => {
  it("tells packages of the workspace from installed ones and from ones that are not there", () => {
    write(
      "package-lock.json",
      JSON.stringify({ packages: { "node_modules/@infra/stack-compute": {}, "node_modules/@cdktf/provider-aws": {} } }),
    );
    const used = new Packages(root).usedBy("compute", "aws");
    expect(used).toEqual({ projects: [], external: ["@infra/stack-compute", "@cdktf/provider-aws"] });
    expect(new Packages(root).usedBy("./stacks/mine", "hetzner").external).toEqual([]);
  });
});

describe("targetsOf", () => {
  it("caches nothing, and lists the merged files and the pins as inputs", () => {
    write("inventory/production/compute.yaml", "config: {}\n");
    const [deployment] = find().deployments;
    const targets = targetsOf(deployment!, "inventory", { projects: [], external: ["@infra/stack-compute"] });
    expect(Object.keys(targets)).toEqual(["synth", "validate", "plan", "apply", "destroy", "drift", "output"]);
    for (const target of Object.values(targets)) {
      expect(target.cache).toBe(false);
      expect(target.inputs).toEqual([
        "{workspaceRoot}/inventory/product.yaml",
        "{workspaceRoot}/inventory/production/compute.yaml",
        "{workspaceRoot}/inventory/production/compute.lock.hcl",
        { externalDependencies: ["@infra/stack-compute"] },
      ]);
    }
  });

  it("plans after the plans of what it refers to, and applies nothing because of something else", () => {
    write("inventory/production/compute.yaml", "config: {}\n");
    const [deployment] = find().deployments;
    const targets = targetsOf(deployment!, "inventory", { projects: [], external: [] });
    expect(targets["plan"]?.dependsOn).toEqual(["^plan"]);
    expect(targets["apply"]?.dependsOn).toBeUndefined();
  });
});

import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inferDeployments, type InferredDeployment } from "./deployments.js";
import { FactsCache } from "./facts-cache.js";
import { inventoryFolder } from "./options.js";
import { Packages } from "./packages.js";
import { deploymentMetadata, inventoryOf, projectOf } from "./project.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "product-"));
  write("inventory/product.yaml", "product: acme\nprovider: hetzner\nregion: fsn1\n");
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

/** What Nx hands to the plugin: the files that its pattern matches, and the hashes of their contents. */
function infer(): { deployments: InferredDeployment[]; reads: string[] } {
  const matched = readdirSync(join(root, "inventory"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(join(root, "inventory", name)).map((file) => `inventory/${name}/${file}`))
    .filter((file) => file.endsWith(".yaml"))
    .sort();
  const hashes = new Map(
    ["inventory/product.yaml", ...matched]
      .filter((file) => existsSync(join(root, file)))
      .map((file) => [
        file,
        createHash("sha1")
          .update(readFileSync(join(root, file)))
          .digest("hex"),
      ]),
  );
  const reads: string[] = [];
  const cache = new FactsCache(join(root, "cache.json"));
  const deployments = inferDeployments({
    root,
    inventory: "inventory",
    deploymentFiles: matched.filter((file) => !file.endsWith("/environment.yaml")),
    hashes,
    cache,
    onRead: (file) => reads.push(file.slice(root.length + 1)),
  });
  cache.save();
  return { deployments, reads };
}

function inferOne(id: string): InferredDeployment {
  return infer().deployments.find((deployment) => deployment.id === id)!;
}

describe("inferDeployments", () => {
  it("takes the stack from the file's name, or from what the file says", () => {
    write("inventory/production/compute.yaml", "config: {}\n");
    write("inventory/production/web.yaml", "stack: compute\n");
    write("inventory/production/own.yaml", "stack: ./stacks/own\n");
    expect(infer().deployments.map(({ id, stack, stackPackage }) => [id, stack, stackPackage])).toEqual([
      ["production/compute", "compute", "@infra/stack-compute"],
      ["production/own", "./stacks/own", "./stacks/own"],
      ["production/web", "compute", "@infra/stack-compute"],
    ]);
  });

  it("takes the provider from the deployment, else its environment, else the product", () => {
    write("inventory/production/compute.yaml", "config: {}\n");
    write("inventory/staging/environment.yaml", "provider: aws\n");
    write("inventory/staging/compute.yaml", "config: {}\n");
    write("inventory/staging/web.yaml", "provider: hetzner\n");
    expect(infer().deployments.map(({ id, provider }) => [id, provider?.name])).toEqual([
      ["production/compute", "hetzner"],
      ["staging/compute", "aws"],
      ["staging/web", "hetzner"],
    ]);
  });

  it("finds references in maps and lists, of the same and of another environment, each once", () => {
    write(
      "inventory/staging/web.yaml",
      "config:\n  a: { output: base.id }\n  b: [{ output: base.name }, { c: { output: production/dns.zone } }]\n",
    );
    expect(inferOne("staging/web").upstream).toEqual(["staging/base", "production/dns"]);
  });

  it("inherits references of product and environment", () => {
    write("inventory/product.yaml", "product: acme\nstacks:\n  web: { zone: { output: dns.zone } }\n");
    write("inventory/staging/environment.yaml", "stacks:\n  web: { network: { output: base.id } }\n");
    write("inventory/staging/web.yaml", "config: {}\n");
    write("inventory/staging/other.yaml", "config: {}\n");
    expect(inferOne("staging/web").upstream).toEqual(["staging/dns", "staging/base"]);
    expect(inferOne("staging/other").upstream).toEqual([]);
  });

  it("forgets an inherited reference that a later file overrides", () => {
    write(
      "inventory/product.yaml",
      "product: acme\nstacks:\n  web: { zone: { output: dns.zone }, deep: { a: { output: a.b } } }\n",
    );
    write("inventory/production/web.yaml", "config: { zone: acme.example, deep: { b: 1 } }\n");
    write("inventory/staging/web.yaml", "config: { deep: none }\n");
    expect(inferOne("production/web").upstream).toEqual(["production/a"]);
    expect(inferOne("staging/web").upstream).toEqual(["staging/dns"]);
  });

  it("keeps a deployment whose file, or whose shared file, cannot be read", () => {
    write("inventory/production/broken.yaml", "config: [\n");
    write("inventory/production/empty.yaml", "");
    write("inventory/production/environment.yaml", "- no map\n");
    const { deployments } = infer();
    expect(deployments.map(({ id, problems }) => [id, problems.length])).toEqual([
      ["production/broken", 2],
      ["production/empty", 2],
    ]);
    expect(deployments[0]!.problems.join("\n")).toMatch(/environment\.yaml:1:1 .*not a map[^]*broken\.yaml:2:1 YAML/);
  });

  it("reads one file of 5,000 deployments again when one has changed, and none when none has", () => {
    for (let index = 0; index < 5000; index++)
      write(
        `inventory/env${String(index % 10)}/d${String(index)}.yaml`,
        `stack: compute\nconfig: { n: ${String(index)} }\n`,
      );
    expect(infer().reads).toHaveLength(5001);
    expect(infer().reads).toEqual([]);
    write("inventory/env3/d33.yaml", "stack: compute\nconfig: { up: { output: d43.id } }\n");
    const { deployments, reads } = infer();
    expect(reads).toEqual(["inventory/env3/d33.yaml"]);
    expect(deployments.find(({ id }) => id === "env3/d33")!.upstream).toEqual(["env3/d43"]);
    write("inventory/product.yaml", "product: acme\nprovider: aws\nregion: eu-central-1\n");
    expect(infer().reads).toEqual(["inventory/product.yaml"]);
  });

  it("forgets removed files, and starts anew when the cache is broken", () => {
    write("inventory/production/compute.yaml", "config: {}\n");
    write("inventory/production/web.yaml", "config: {}\n");
    infer();
    rmSync(join(root, "inventory/production/web.yaml"));
    expect(infer().deployments.map(({ id }) => id)).toEqual(["production/compute"]);
    expect(readFileSync(join(root, "cache.json"), "utf8")).not.toContain("web.yaml");
    write("cache.json", "{");
    expect(infer().reads).toHaveLength(2);
  });
});

it("names the file of a deployment that is referred to and does not exist", () => {
  write("inventory/production/web.yaml", "config: { a: { output: base.id } }\n");
  expect(inferOne("production/web").files).toContain("inventory/production/base.yaml");
});

describe("projectOf", () => {
  function infer(id: string, redirected: ReadonlySet<string> = new Set()) {
    const code = { of: () => ({ files: ["stacks/shared.js"], packages: ["pinned"] }) };
    const lock = { file: "package-lock.json", gone: {}, redirected };
    return projectOf(inferOne(id), id.replace("/", "-"), {
      inventory: "inventory",
      packages: new Packages(root),
      code,
      lock,
    });
  }
  const project = (...args: Parameters<typeof infer>) => infer(...args).project;
  const packagesOf = (id: string) => infer(id).packages;

  it("has tags, and one uncached target per verb", () => {
    write("inventory/production/compute.yaml", "config: {}\n");
    const { root: folder, tags, targets = {} } = project("production/compute");
    expect(folder).toBe("inventory/production/compute");
    expect(tags).toEqual(["environment:production", "stack:compute", "provider:hetzner"]);
    const verbs = ["synth", "validate", "policy", "plan", "apply", "destroy", "drift", "cost", "output"];
    expect(Object.keys(targets)).toEqual(verbs);
    for (const target of Object.values(targets)) {
      expect(target).toEqual({ executor: "@infra/product:run", inputs: ["default"] });
      expect(target.dependsOn, "an apply must apply nothing else").toBeUndefined();
    }
  });

  it("tells the executor its deployment, its inventory, and what is wrong with its files", () => {
    write("inventory/production/compute.yaml", "config: {}\n");
    write("inventory/production/broken.yaml", "config: [\n");
    const [good, broken] = [project("production/compute"), project("production/broken")];
    expect(deploymentMetadata(good)).toEqual({ deployment: "production/compute" });
    expect(inventoryOf(good)).toBe("inventory");
    expect(deploymentMetadata(broken)?.problems).toEqual([expect.stringMatching(/broken\.yaml:2:1 YAML/)]);
  });

  it("lists the files that it is merged from and its provider locks, and knows the packages that decide about it", () => {
    write("inventory/production/compute.yaml", "config: {}\n");
    write("package-lock.json", JSON.stringify({ packages: {} }));
    expect(project("production/compute").namedInputs).toEqual({
      default: [
        "{workspaceRoot}/inventory/product.yaml",
        "{workspaceRoot}/inventory/production/environment.yaml",
        "{workspaceRoot}/inventory/production/compute.yaml",
        "{workspaceRoot}/inventory/production/compute.lock.hcl",
      ],
    });
    expect(packagesOf("production/compute")).toEqual([
      "@infra/stack-compute",
      "@infra/provider-hcloud",
      "@cdktf/provider-aws",
      "@infra/engine",
      "@infra/facts",
    ]);
  });

  it("uses the bindings of providers that its own file names, and what shared files say of those alone", () => {
    write(
      "inventory/product.yaml",
      "product: acme\nprovider: hetzner\nproviders: { vault: { address: { output: plane.vault }, token: secret://acme/vault#t }, nomad: { address: { output: plane.nomad }, secretId: secret://acme/nomad#t } }\n",
    );
    write("inventory/production/plane.yaml", "config: {}\n");
    write("inventory/production/app.yaml", "providers: { vault: {} }\n");
    expect(packagesOf("production/app")).toContain("@cdktf/provider-vault");
    expect(packagesOf("production/app")).not.toContain("@cdktf/provider-nomad");
    expect(packagesOf("production/plane")).not.toContain("@cdktf/provider-vault");
    expect(inferOne("production/app").upstream).toEqual(["production/plane"]);
    expect(inferOne("production/plane").upstream).toEqual([]);
    const files = project("production/app").namedInputs!["default"]!;
    expect(files).toContain("{workspaceRoot}/secrets/acme/vault.{yaml,yml,json}");
    expect(files).not.toContain("{workspaceRoot}/secrets/acme/nomad.{yaml,yml,json}");
  });

  it("lists the encrypted files that its secrets may come from, also those that it inherits", () => {
    write(
      "inventory/product.yaml",
      "product: acme\nsecrets: { sops: { folder: keys } }\ncredentials: { A: secret://acme/cloud#a }\nstacks: { web: { b: secret://acme/shared#b }, other: { c: secret://acme/other#c } }\n",
    );
    write("inventory/staging/web.yaml", "config: { d: [secret://acme/own#d, secret://acme/own#e] }\n");
    const files = project("staging/web").namedInputs!["default"]!;
    expect(files.filter((file) => String(file).includes("/keys/"))).toEqual([
      "{workspaceRoot}/keys/acme/cloud.{yaml,yml,json}",
      "{workspaceRoot}/keys/acme/shared.{yaml,yml,json}",
      "{workspaceRoot}/keys/acme/own.{yaml,yml,json}",
    ]);
  });

  it("lists the folder of a stack of its own, what its code imports from elsewhere, and the packages that it uses", () => {
    write("inventory/production/own.yaml", "stack: ./stacks/own\n");
    expect(project("production/own").namedInputs!["default"]).toEqual(
      expect.arrayContaining(["{workspaceRoot}/stacks/own/**/*", "{workspaceRoot}/stacks/shared.js"]),
    );
    expect(packagesOf("production/own")).toContain("pinned");
  });

  it("lists the lock file where Nx does not see that a package now reaches another version", () => {
    write("inventory/production/compute.yaml", "config: {}\n");
    const files = (redirected: string) => project("production/compute", new Set([redirected])).namedInputs!["default"]!;
    expect(files("@infra/stack-compute")).toContain("{workspaceRoot}/package-lock.json");
    expect(files("@infra/stack-dns")).not.toContain("{workspaceRoot}/package-lock.json");
  });
});

describe("Packages", () => {
  it("tells packages of the workspace from all others", () => {
    mkdirSync(join(root, "packages/compute"), { recursive: true });
    mkdirSync(join(root, "node_modules/@infra"), { recursive: true });
    symlinkSync("../../packages/compute", join(root, "node_modules/@infra/stack-compute"));
    const packages = new Packages(root);
    expect(packages.origin("@infra/stack-compute")).toEqual({ kind: "workspace", root: "packages/compute" });
    expect(packages.origin("absent")).toEqual({ kind: "external" });
    expect(packages.origin("./stacks/own")).toEqual({ kind: "folder", folder: "stacks/own" });
    expect(packages.origin("../outside")).toEqual({ kind: "external" });
  });
});

describe("inventoryFolder", () => {
  it("is the plugin's option, else what package.json says, else inventory", () => {
    expect(inventoryFolder(root, undefined)).toBe("inventory");
    write("package.json", JSON.stringify({ infra: { inventory: "inventory-example" } }));
    expect(inventoryFolder(root, {})).toBe("inventory-example");
    expect(inventoryFolder(root, { inventory: "./live/" })).toBe("live");
  });
});

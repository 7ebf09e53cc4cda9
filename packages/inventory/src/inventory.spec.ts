import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { InfraError, type Problem } from "./errors.js";
import { loadInventory } from "./inventory.js";
import { plain } from "./located.js";
import { environmentSchema } from "./settings/settings.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "inventory-"));
  write({ "product.yaml": "product: acme\nprovider: hetzner\nregion: fsn1\n" });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

function problems(only?: string[]): readonly Problem[] {
  try {
    loadInventory(folder, only ? { only } : {});
  } catch (error) {
    if (error instanceof InfraError) return error.problems;
    throw error;
  }
  throw new Error("the inventory loads");
}

describe("loadInventory", () => {
  it("finds a deployment per file, sorted, with its stack and settings", () => {
    write({
      "staging/environment.yaml": "provider: aws\nregion: eu-central-1\n",
      "staging/web.yaml": "stack: compute\n",
      "production/compute.yaml": "config: {}\n",
    });
    const found = loadInventory(folder).deployments.map(({ id, stack, settings }) => [
      id,
      stack,
      settings.provider,
      settings.region,
    ]);
    expect(found).toEqual([
      ["production/compute", "compute", "hetzner", "fsn1"],
      ["staging/web", "compute", "aws", "eu-central-1"],
    ]);
  });

  it("merges product, environment and deployment, later over earlier", () => {
    write({
      "product.yaml":
        "product: acme\nprovider: hetzner\nregion: fsn1\nstacks:\n  web: { size: small, count: 1, tags: [a] }\n",
      "production/environment.yaml": "stacks:\n  web: { count: 2 }\n",
      "production/web.yaml": "config: { tags: [b] }\n",
    });
    const [deployment] = loadInventory(folder).deployments;
    expect(plain(deployment!.config)).toEqual({ size: "small", count: 2, tags: ["b"] });
    expect(deployment!.config.entries?.get("count")?.place.file).toBe(join(folder, "production/environment.yaml"));
    expect(deployment!.files.map((file) => file.slice(folder.length + 1))).toEqual([
      "product.yaml",
      "production/environment.yaml",
      "production/web.yaml",
    ]);
  });

  it("reports the problems of all files together", () => {
    write({
      "production/a.yaml": "stak: compute\n",
      "production/b.yaml": "config: [\n",
      "staging/environment.yaml": "provider: hetzer\n",
      "staging/c.yaml": "config: {}\n",
    });
    const messages = problems().map(({ message, remedy }) => `${message}. ${remedy}`);
    expect(messages).toContainEqual('"stak" is not a known key. Did you mean "stack"?');
    expect(messages).toContainEqual('"hetzer" is not a known provider. Did you mean "hetzner"?');
    expect(messages.some((message) => message.startsWith("YAML:"))).toBe(true);
  });

  it("says once what is wrong with a file that several deployments share", () => {
    write({
      "product.yaml": "product: acme\nprovider: hetzner\nregion: 7\n",
      "production/a.yaml": "config: {}\n",
      "production/b.yaml": "config: {}\n",
    });
    expect(problems()).toHaveLength(1);
  });

  it("reads only the deployments that are wanted, and the ones that they refer to", () => {
    write({
      "production/a.yaml": "config: { x: { output: b.y } }\n",
      "production/b.yaml": "config: { x: { output: nothing.y } }\n",
      "production/c.yaml": "config: [\n",
    });
    expect(problems(["production/a"]).map(({ message }) => message)).toEqual([
      '"nothing.y" refers to production/nothing, which is not in the inventory',
    ]);
  });

  it("refuses two files whose deployments would give their resources the same names", () => {
    write({ "production/eu-web.yaml": "config: {}\n", "production-eu/web.yaml": "config: {}\n" });
    expect(problems()).toEqual([
      expect.objectContaining({
        message:
          "production/eu-web and production-eu/web would give their resources the same names, production-eu-web-…",
        place: { file: join(folder, "production/eu-web.yaml"), line: 1, column: 1 },
      }),
    ]);
  });

  it("says how DNS spells a domain with letters beyond ASCII", () => {
    write({ "product.yaml": "product: acme\nprovider: hetzner\nregion: fsn1\ndomain: münchen.example\n" });
    expect(problems()[0]?.remedy).toContain("xn--mnchen-3ya.example");
  });

  it("names a cycle of references", () => {
    write({
      "production/a.yaml": "config: { x: { output: b.y } }\n",
      "production/b.yaml": "config: { x: { output: a.y } }\n",
    });
    const [problem] = problems();
    expect(problem?.message).toBe("the references form a cycle: production/a → production/b → production/a");
    expect(problem?.place).toMatchObject({ file: join(folder, "production/b.yaml"), line: 1 });
  });

  it("asks for a provider and a region when no level gives them", () => {
    write({ "product.yaml": "product: acme\n", "production/a.yaml": "config: {}\n" });
    expect(problems().map(({ message }) => message)).toEqual([
      "production/a has no provider",
      "production/a has no region",
    ]);
  });

  it("names the deployment that was meant", () => {
    write({ "production/compute.yaml": "config: {}\n" });
    expect(problems(["production/compte"])[0]?.remedy).toBe('Did you mean "production/compute"?');
  });

  it.each([
    ["an environment", "production", "Name them by environment and name: production/compute production/dns"],
    ["all of an environment", "production/*", "Name them by environment and name: production/compute production/dns"],
    ["a name", "compute", "Name them by environment and name: production/compute staging/compute"],
    ["a file", "inventory/staging/compute.yaml", "Name it by environment and name: staging/compute"],
  ])("names the deployments that were meant by %s", (_, given, remedy) => {
    write({ "production/compute.yaml": "", "production/dns.yaml": "", "staging/compute.yaml": "" });
    expect(problems([given])[0]?.remedy).toBe(remedy);
  });

  it("refuses files that would be ignored and names that are none", () => {
    write({
      "compute.yaml": "config: {}\n",
      "production/eu/compute.yaml": "config: {}\n",
      "production/a.yml": "config: {}\n",
      "production/Web_1.yaml": "config: {}\n",
    });
    expect(
      problems()
        .map(({ message }) => message)
        .sort(),
    ).toEqual([
      '"Web_1" is not a name',
      '"a.yml" would be ignored',
      '"compute.yaml" would be ignored',
      '"compute.yaml" would be ignored',
    ]);
  });

  it("names the folder without a product.yaml", () => {
    rmSync(join(folder, "product.yaml"));
    expect(problems()[0]?.message).toContain("product.yaml does not exist");
  });
});

describe("where states are kept", () => {
  it("is said by the product, or differently by an environment or a deployment, and nowhere by default", () => {
    write({ "production/compute.yaml": "config: {}\n" });
    expect(loadInventory(folder).states).toEqual(new Map());
    write({
      "product.yaml": "product: acme\nprovider: hetzner\nregion: fsn1\nstate: { kind: s3, bucket: states }\n",
      "production/management.yaml": "state: { kind: folder }\n",
      "staging/environment.yaml": "state: { kind: s3, bucket: staging }\n",
      "staging/compute.yaml": "config: {}\n",
    });
    expect(Object.fromEntries(loadInventory(folder).states)).toEqual({
      "production/compute": { kind: "s3", bucket: "states" },
      "production/management": { kind: "folder" },
      "staging/compute": { kind: "s3", bucket: "staging" },
    });
  });

  it("is said together with what encrypts them", () => {
    write({
      "product.yaml":
        "product: acme\nprovider: hetzner\nregion: fsn1\nstate: { kind: folder, encryption: { kind: transit } }\n",
      "production/compute.yaml": "config: {}\n",
      "production/management.yaml": "state: { kind: folder, encryption: { kind: passphrase } }\n",
    });
    expect(Object.fromEntries(loadInventory(folder).states)).toEqual({
      "production/compute": { kind: "folder", encryption: { kind: "transit" } },
      "production/management": { kind: "folder", encryption: { kind: "passphrase" } },
    });
  });

  it("is the management domain, when there is one and nothing else is said", () => {
    write({
      "product.yaml": "product: acme\nprovider: hetzner\nregion: fsn1\nmanagement: { domain: mgmt.acme.example }\n",
      "production/compute.yaml": "config: {}\n",
      "production/management.yaml": "state: { kind: folder }\n",
      "production/elsewhere.yaml": "state: { kind: s3, bucket: other }\n",
      "production/locked.yaml": "state: { kind: s3, bucket: other, consul: { ttl: 60 } }\n",
    });
    const address = "https://consul.mgmt.acme.example:8501";
    const endpoint = "https://s3.mgmt.acme.example";
    expect(Object.fromEntries(loadInventory(folder).states)).toEqual({
      "production/compute": { kind: "s3", bucket: "states", endpoint, region: "garage", consul: { address } },
      "production/management": { kind: "folder" },
      "production/elsewhere": { kind: "s3", bucket: "other" },
      "production/locked": { kind: "s3", bucket: "other", consul: { address, ttl: 60 } },
    });
  });

  it.each([
    ["{ kind: s4 }", /"s4"/],
    ["{ kind: s3, buckett: states }", /buckett/],
    ["{ kind: s3, consul: { ttl: 5 } }", /22/],
    ["{ kind: s3, endpoint: garage }", /garage/],
    ["{ kind: s3, keep: {} }", /versions or days/],
    ["{ kind: folder, encryption: { kind: none } }", /none/],
    ["{ kind: folder, encryption: { kind: transit, mount: ../sys } }", /\.\.\/sys/],
    ["{ kind: folder, encryption: { kind: transit, key: mine } }", /"key"/],
  ])("is refused as %s", (state, message) => {
    write({
      "product.yaml": `product: acme\nprovider: hetzner\nregion: fsn1\nstate: ${state}\n`,
      "production/compute.yaml": "config: {}\n",
    });
    expect(problems()[0]?.message).toMatch(message);
  });
});

describe("a large inventory", { timeout: 240_000 }, () => {
  const files = (count: number, text: string) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`production/d${String(index)}.yaml`, text]));

  it("has its environment read once, however many deployments there are", () => {
    write({ "production/environment.yaml": "region: nbg1\n", ...files(5_000, "stack: compute\n") });
    const parsed = vi.spyOn(environmentSchema, "safeParse");
    const { deployments } = loadInventory(folder);
    expect(deployments.filter(({ settings }) => settings.region === "nbg1")).toHaveLength(5_000);
    expect(parsed).toHaveBeenCalledTimes(1);
  });

  it("has every problem compared once with those that are known, and says those of the environment once", () => {
    write({ "production/environment.yaml": "regoin: nbg1\n", ...files(200, "stak: compute\n") });
    const compared = vi.spyOn(JSON, "stringify");
    expect(problems()).toHaveLength(201);
    const keys = compared.mock.calls.filter(
      ([value]) => typeof value === "object" && value !== null && "remedy" in value,
    );
    expect(keys).toHaveLength(201);
  });
});

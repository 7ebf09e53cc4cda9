import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { loadInventory } from "@infra/core/inventory";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const command = resolve(__dirname, "../bin/create-product.js");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "create-product-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function create(...args: string[]): { status: number | null; all: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, npm_config_user_agent: "pnpm/10.0.0 npm/? node/v20" },
  });
  return { status, all: stdout + stderr };
}

const quick = ["--no-install", "--region", "fsn1"];

describe("create-product", () => {
  it("writes a product in a folder of its name, in a repository of its own, for the package manager that calls", () => {
    const { status, all } = create("acme", ...quick, "--environments", "one,two", "--no-cloudflare");
    expect([status, all]).toEqual([0, expect.stringContaining("Next: cd acme && make plan")]);
    expect(loadInventory(join(folder, "acme/inventory")).deployments.map(({ id }) => id)).toEqual([
      "one/compute",
      "two/compute",
    ]);
    expect(existsSync(join(folder, "acme/.git"))).toBe(true);
    expect(readFileSync(join(folder, "acme/pnpm-workspace.yaml"), "utf8")).toContain("nodeLinker: hoisted");
    expect(readFileSync(join(folder, "acme/inventory/product.yaml"), "utf8")).toContain("cloudflare: false");
  });

  it("changes nothing when it runs again", () => {
    create("acme", ...quick);
    expect(create("acme", ...quick).all).not.toMatch(/CREATE|UPDATE|DELETE/);
  });

  it("writes nothing with --dry-run, and says what it would write", () => {
    expect(create("acme", ...quick, "--dry-run").all).toMatch(
      /CREATE acme\/inventory\/product\.yaml[^]*Nothing was written/,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it("says everything that is wrong with the flags, and writes nothing", () => {
    const { status, all } = create("Acme", "--provider", "hetzer", "--no-install");
    expect([status, all]).toEqual([
      1,
      expect.stringMatching(/"Acme" is not a name[^]*"hetzer" is not known\. Did you mean "hetzner"\?/),
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("lists its options", () => {
    expect(create("--help").all).toMatch(/--package-manager +Installs the packages\. One of npm, pnpm, yarn\./);
  });
});

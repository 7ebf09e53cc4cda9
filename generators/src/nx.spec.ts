import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { ensureTool } from "@infra/toolchain";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const repository = resolve(__dirname, "../..");
let root: string;
let env: NodeJS.ProcessEnv;

const stack = `
const { defineStack, forEachEntry, DataResource } = require("@infra/core");
const { mapOf, orReference, Reference } = require("@infra/inventory");
const { z } = require("zod");
module.exports = defineStack({
  config: z.strictObject({ items: mapOf(orReference(z.string())).default({}) }),
  build: (stack, { items }) => ({
    items: forEachEntry(stack, ["items"], items, (scope, value) =>
      new DataResource(scope, "item", { input: { value: value instanceof Reference ? stack.outputOf(value) : value } }).id),
  }),
});`;

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

/** Runs nx in the workspace, with no daemon and nothing shared with other workspaces. */
function tryNx(...args: string[]): { status: number | null; stdout: string; all: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(repository, "node_modules/nx/dist/bin/nx.js"), ...args],
    { cwd: root, env, encoding: "utf8" },
  );
  return { status, stdout, all: stdout + stderr };
}

function nx(...args: string[]): string {
  const { status, stdout, all } = tryNx(...args);
  expect(status, all).toBe(0);
  return stdout;
}

function git(...args: string[]): void {
  execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@example.com", ...args], { cwd: root });
}

function affected(): string[] {
  return (JSON.parse(nx("show", "projects", "--affected", "--base=HEAD", "--json")) as string[]).sort();
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "nx-"));
  const engine = process.env["INFRA_ENGINE"] ?? (await ensureTool("tofu"));
  const isolated = { NX_DAEMON: "false", NX_NO_CLOUD: "true", NX_TUI: "false", NX_WORKSPACE_ROOT_PATH: root, CI: "" };
  // Results of a workflow or pipeline belong together, whichever command they come from.
  const workflow = { GITHUB_RUN_ID: "", CI_PIPELINE_ID: "", INFRA_RUN: "" };
  env = { ...process.env, INFRA_ENGINE: engine, ...isolated, ...workflow };
  mkdirSync(join(root, "node_modules"));
  for (const name of readdirSync(join(repository, "node_modules")))
    symlinkSync(join(repository, "node_modules", name), join(root, "node_modules", name));
  write(".gitignore", "node_modules\n.nx\n.infra\n");
  write("package.json", JSON.stringify({ name: "acme", private: true }));
  write(
    "nx.json",
    JSON.stringify({
      analytics: false,
      plugins: ["@infra/product"],
      pluginsConfig: { "@nx/js": { projectsAffectedByDependencyUpdates: "auto" } },
    }),
  );
  write("stacks/items/index.js", stack);
  write("inventory/product.yaml", "product: acme\nprovider: hetzner\nregion: fsn1\n");
  write("inventory/staging/environment.yaml", "region: nbg1\n");
  for (const environment of ["production", "staging"]) {
    write(`inventory/${environment}/base.yaml`, "stack: ./stacks/items\nconfig:\n  items: { one: hello }\n");
    write(
      `inventory/${environment}/web.yaml`,
      "stack: ./stacks/items\nconfig:\n  items: { two: { output: base.items.one } }\n",
    );
  }
  // Offline runs do not ask for credentials.
  write(
    "inventory/production/web.yaml",
    "stack: ./stacks/items\ncredentials: { HCLOUD_TOKEN: secret://acme/hetzner#token }\nconfig:\n  items: { two: { output: base.items.one } }\n",
  );
  write("README.md", "# acme\n");
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-qm", "chore: start");
}, 900_000);
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe("nx", () => {
  it("has one project per deployment", () => {
    expect((JSON.parse(nx("show", "projects", "--json")) as string[]).sort()).toEqual([
      "production-base",
      "production-web",
      "staging-base",
      "staging-web",
    ]);
  });

  it("plans all deployments in one process, upstream first, and shows one table", () => {
    const output = nx("run-many", "-t", "plan", "--offline");
    expect(output).toMatch(/4 deployments: 2 changed, 2 waiting; 2 to create/);
    expect(output).toMatch(/Successfully ran target plan for 4 projects/);
  });

  it.each(["true", "false"])(
    "leaves the results of one command to infra report (batch: %s)",
    (batch) => {
      const plan = ["run-many", "-t", "plan", "--offline", "--batch", batch, "-p"];
      tryNx(...plan, "production-web");
      nx(...plan, "production-base", "staging-base");
      const report = spawnSync(
        process.execPath,
        [join(repository, "packages/engine/cli/bin/infra.js"), "report", "-f", "json"],
        {
          cwd: root,
          env,
          encoding: "utf8",
        },
      );
      const { results } = JSON.parse(report.stdout) as { results: { id: string }[] };
      expect(results.map(({ id }) => id).sort()).toEqual(["production/base", "staging/base"]);
    },
    240_000,
  );

  it("applies, after which a plan finds no change", () => {
    nx("run-many", "-t", "apply", "--offline", "--yes");
    expect(nx("run-many", "-t", "plan", "--offline")).toMatch(/4 deployments: 4 unchanged/);
  });

  it("says what all deployments cost, in one table", () => {
    const output = nx("run-many", "-t", "cost", "--offline");
    expect(output).toMatch(/environment +stack +provider +monthly +change +not counted/);
    expect(output).toMatch(/Successfully ran target cost for 4 projects/);
  });

  it("fails a task whose deployment fails, and says why", () => {
    write("inventory/production/base.yaml", "stack: ./stacks/items\nconfig:\n  itens: { one: hello }\n");
    try {
      const { status, all } = tryNx("run", "production-base:plan", "--offline");
      expect(status).toBe(1);
      expect(all).toMatch(/"itens" is not a known key\. Did you mean "items"\?/);
    } finally {
      git("checkout", "-q", ".");
    }
  });

  it.each<[string, string, string, string[]]>([
    [
      "a deployment's file",
      "inventory/staging/web.yaml",
      "stack: ./stacks/items\nconfig:\n  items: { two: changed }\n",
      ["staging-web"],
    ],
    [
      "a deployment that others refer to",
      "inventory/staging/base.yaml",
      "stack: ./stacks/items\nconfig:\n  items: { one: bye }\n",
      ["staging-base", "staging-web"],
    ],
    [
      "an environment's settings",
      "inventory/staging/environment.yaml",
      "region: hel1\n",
      ["staging-base", "staging-web"],
    ],
    [
      "the product's settings",
      "inventory/product.yaml",
      "product: acme\nprovider: hetzner\nregion: hel1\n",
      ["production-base", "production-web", "staging-base", "staging-web"],
    ],
    ["a provider lock file", "inventory/production/web.lock.hcl", "# locked\n", ["production-web"]],
    ["an encrypted file of a secret", "secrets/acme/hetzner.yaml", "token: changed\n", ["production-web"]],
    ["a file that belongs to no deployment", "README.md", "# changed\n", []],
  ])("after a change of %s plans exactly what it can change", (_, file, text, expected) => {
    write(file, text);
    try {
      expect(affected()).toEqual(expected);
    } finally {
      git("checkout", "-q", ".");
      git("clean", "-qfd");
    }
  });

  it("keeps working with a deployment whose file is broken", () => {
    write("inventory/production/broken.yaml", "config: [\n");
    try {
      expect(JSON.parse(nx("show", "projects", "--json"))).toContain("production-broken");
      const { status, all } = tryNx("run", "production-broken:plan", "--offline");
      expect(status).toBe(1);
      expect(all).toMatch(/broken\.yaml:\d+:\d+ YAML/);
    } finally {
      git("clean", "-qfd");
    }
  });
});

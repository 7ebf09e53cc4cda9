import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cacheDirectory, makeOnce } from "@infra/opentofu";
import { ensureTool } from "@infra/toolchain";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gitHubInstall, gitLabInstall, type PackageManager, runInClone } from "./pipeline-install.js";
import { type LoopbackRegistry, startRegistry } from "./registry.js";
import { patch, publish, publishablePackages, type Workspace } from "./release.js";

const repository = resolve(__dirname, "../../..");
let folder: string;
let product: string;
let registry: LoopbackRegistry | undefined;
let env: NodeJS.ProcessEnv;
let packages: Workspace[];

/** What a program printed, and its exit code. */
interface Exit {
  readonly exitCode?: number;
  readonly stdout: string;
  readonly all: string;
}

/** Runs a program in the product. */
function run(file: string, ...args: string[]): Promise<Exit> {
  return execa(file, args, { cwd: product, env, extendEnv: false, all: true, reject: false, stdin: "ignore" });
}

/** Runs a program in the product that must succeed. @returns what it printed */
async function succeed(file: string, ...args: string[]): Promise<string> {
  const { exitCode, all } = await run(file, ...args);
  expect(exitCode, all).toBe(0);
  return all;
}

async function commit(message: string): Promise<void> {
  await succeed("git", "add", "-A");
  await succeed("git", "-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "-qm", message);
}

/** Makes the product a workspace that holds a stack of its own, and adds a deployment of it, which uses no module of the template. */
function writeOwnStack(manager: PackageManager): void {
  mkdirSync(join(product, "packages/own"), { recursive: true });
  writeFileSync(
    join(product, "packages/own/index.js"),
    'const { defineStack, DataResource } = require("@infra/core");\nconst { z } = require("zod");\n' +
      'module.exports = defineStack({ config: z.strictObject({}), build: (stack) => ({ id: new DataResource(stack, "one", { input: "x" }).id }) });\n',
  );
  const name = "@acme/stack-own";
  const peers = { "@infra/core": "*", zod: "*" };
  writeJson("packages/own/package.json", { name, version: "0.0.0", private: true, peerDependencies: peers });
  const { dependencies, ...manifest } = readManifest();
  if (manager !== "pnpm") writeJson("package.json", { ...manifest, workspaces: ["packages/*"], dependencies });
  else {
    writeJson("package.json", { ...manifest, dependencies: { ...dependencies, [name]: "workspace:*" } });
    appendFileSync(join(product, "pnpm-workspace.yaml"), 'packages: ["packages/*"]\n');
  }
  writeFileSync(join(product, "inventory/production/own.yaml"), `stack: "${name}"\n`);
}

/** The product's package.json. */
function readManifest(): { dependencies: Record<string, string> } {
  return JSON.parse(readFileSync(join(product, "package.json"), "utf8")) as { dependencies: Record<string, string> };
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(join(product, file), `${JSON.stringify(value, null, 2)}\n`);
}

/** Changes the stack that the product holds. @returns what has to be planned then */
async function affectedByOwnStack(): Promise<string[]> {
  appendFileSync(join(product, "packages/own/index.js"), "// changed\n");
  await commit("feat: own");
  return affected();
}

/** The version of a package that is installed in the product. */
function readVersion(name: string): string {
  return (JSON.parse(readFileSync(join(product, "node_modules", name, "package.json"), "utf8")) as { version: string })
    .version;
}

/** Installs a clean clone of the product as its pipelines do, on either platform. @returns its list of deployments, as JSON */
async function listAfterPipelineInstall(manager: PackageManager): Promise<string> {
  const lines = gitHubInstall(repository, manager);
  expect(gitLabInstall(repository, manager)).toEqual(lines);
  // Without what the laptop has enabled.
  const bare = { ...env, PATH: process.env["PATH"] };
  const machine = { folder: join(folder, `ci-${manager}`), corepack: join(await corepack(), "corepack"), env: bare };
  const clone = await runInClone(lines, product, machine);
  expect((await execa("git", ["status", "--porcelain"], { cwd: clone })).stdout).toBe("");
  const { stdout } = await execa("node_modules/.bin/infra", ["list", "--json"], { cwd: clone, env, extendEnv: false });
  return stdout;
}

async function affected(): Promise<string[]> {
  return (
    JSON.parse((await run("npx", "nx", "show", "projects", "--affected", "--base=HEAD~1", "--json")).stdout) as string[]
  ).sort();
}

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "e2e-")));
  product = join(folder, "acme");
  const cache = join(cacheDirectory(), "e2e");
  // A package of an earlier run with the same version would be taken from there.
  rmSync(join(cache, "_npx"), { recursive: true, force: true });
  registry = await startRegistry(join(folder, "registry"));
  const engine = process.env["INFRA_ENGINE"] ?? (await ensureTool("tofu"));
  // What npm and make tell the programs that they run is not for the programs of the test. Nor is CI: a product begins
  // on a laptop, and in CI yarn refuses to write the lockfile that a new product does not have yet.
  const outer = Object.entries(process.env).filter(
    ([name]) => !/^(CI$|npm_|INIT_CWD|MAKE|MFLAGS|NX_|VITEST|NODE_ENV|INFRA_)/.test(name),
  );
  const own = Object.entries(process.env).filter(([name]) =>
    /^npm_config_(registry|userconfig|globalconfig|cafile)$/i.test(name),
  );
  env = {
    ...Object.fromEntries([...outer, ...own]),
    npm_config_cache: cache,
    npm_config_fund: "false",
    npm_config_audit: "false",
    npm_config_update_notifier: "false",
    npm_config_prefer_offline: "true",
    INFRA_ENGINE: engine,
    INFRA_CACHE: join(folder, "cache"),
    NX_DAEMON: "false",
    NX_TUI: "false",
    NO_COLOR: "1",
  };
  packages = publishablePackages(repository);
  await publish(repository, packages, { ...env, ...registry.env });
  mkdirSync(product);
  for (const place of [folder, product]) writeFileSync(join(place, ".npmrc"), registry.npmrc);
}, 900_000);
afterAll(async () => {
  await registry?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the life of a product", () => {
  it("begins with npm create, and plans at once", { timeout: 300_000 }, async () => {
    const begun = performance.now();
    const args = [
      "create",
      "@infra/product",
      "acme",
      "--yes",
      "--",
      "--yes",
      "--provider",
      "hetzner",
      "--region",
      "fsn1",
    ];
    const created = await execa("npm", args, {
      cwd: folder,
      env,
      extendEnv: false,
      all: true,
      reject: false,
      stdin: "ignore",
    });
    expect(created.exitCode, created.all).toBe(0);
    const installed = performance.now();
    expect(await succeed("make", "plan")).toMatch(/2 deployments: 2 changed[^]*Offline/);
    const planned = performance.now();
    const size = (await succeed("du", "-sm", "node_modules")).split("\t")[0] ?? "";
    const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1);
    const figures = `created and installed in ${seconds(installed - begun)} s, first plan after ${seconds(planned - begun)} s, node_modules ${size} MB`;
    expect(planned - begun, figures).toBeLessThan(180_000);
  });

  it("installs the bindings of its cloud alone", () => {
    expect(existsSync(join(product, "node_modules/@cdktf"))).toBe(false);
    expect(readdirSync(join(product, "node_modules/@infra")).filter((name) => name.startsWith("provider-"))).toEqual([
      "provider-hcloud",
    ]);
  });

  it("has nothing to update after it was made", { timeout: 120_000 }, async () => {
    const { exitCode, all } = await run("npx", "nx", "g", "@infra/product:update", "--check");
    expect(exitCode, all).toBe(0);
    await succeed("npx", "nx", "sync:check");
  });

  it("takes a patch of one module by update, and plans exactly what uses it", { timeout: 900_000 }, async () => {
    writeOwnStack("npm");
    await succeed("make", "setup");
    await commit("chore: start");
    const released = await patch(repository, join(folder, "copy"), "@infra/cloud-network", (place) => {
      const file = join(place, "dist/hetzner.js");
      writeFileSync(file, readFileSync(file, "utf8").replace('type: "cloud"', 'type: "server"'));
    });
    expect(released.map(({ manifest }) => manifest.name)).toEqual(
      expect.arrayContaining(["@infra/cloud-network", "@infra/stack-compute"]),
    );
    expect(released.map(({ manifest }) => manifest.name)).not.toContain("@infra/core");
    for (const { folder: place, manifest } of released)
      expect(readFileSync(join(folder, "copy", place, "CHANGELOG.md"), "utf8")).toContain(`## ${manifest.version}\n`);
    await publish(join(folder, "copy"), released, { ...env, ...registry?.env });

    // What the release would change is known before it is taken.
    const told = await run(
      "node_modules/.bin/infra",
      "impact",
      "@infra/cloud-network@0.1.1",
      "--products",
      ".",
      "--json",
    );
    expect(told.exitCode, told.all).toBe(2);
    const subnet = { address: "hcloud_network_subnet.network_default", action: "change", arguments: ["type"] };
    expect(JSON.parse(told.stdout)).toEqual([
      { product: "acme", deployments: { "production/compute": [subnet], "staging/compute": [subnet] } },
    ]);

    const checked = await run("npx", "nx", "g", "@infra/product:update", "--check");
    expect([checked.exitCode, checked.all]).toEqual([
      2,
      expect.stringMatching(/@infra\/stack-compute 0\.1\.0 → 0\.1\.1/),
    ]);
    await succeed("make", "update");
    expect(readVersion("@infra/cloud-network")).toBe("0.1.1");
    await commit("chore: update");
    expect(await affected()).toEqual(["production-compute", "staging-compute"]);
    const planned = await succeed("make", "affected", "BASE=HEAD~1");
    expect(planned).toMatch(/2 deployments: 2 changed/);
  });

  it("changes nothing by a second update", { timeout: 120_000 }, async () => {
    await succeed("make", "update");
    expect(await succeed("git", "status", "--porcelain")).toBe("");
  });

  it("is installed by its pipelines as its lock file says", { timeout: 300_000 }, async () => {
    expect(await listAfterPipelineInstall("npm")).toContain('"production/own"');
  });

  it(
    "plans only the deployment of a stack that the product holds, when that changes",
    { timeout: 120_000 },
    async () => {
      expect(await affectedByOwnStack()).toEqual(["@acme/stack-own", "production-own"]);
    },
  );

  it("applies, after which all is up to date, and there is nothing to plan", { timeout: 120_000 }, async () => {
    await succeed("node_modules/.bin/infra", "apply", "--all", "--offline", "--yes");
    const { exitCode, stdout, all } = await run("node_modules/.bin/infra", "status", "--offline", "--json");
    expect(exitCode, all).toBe(0);
    const { deployments } = JSON.parse(stdout) as { deployments: { id: string; state: string }[] };
    expect(Object.fromEntries(deployments.map(({ id, state }) => [id, state]))).toEqual({
      "production/compute": "up-to-date",
      "production/own": "up-to-date",
      "staging/compute": "up-to-date",
    });
    expect(await succeed("make", "plan")).toMatch(/3 deployments: 3 unchanged/);
  });

  it("restores a file that the template keeps", { timeout: 120_000 }, async () => {
    writeFileSync(join(product, ".editorconfig"), "root = false\n");
    expect((await run("npx", "nx", "sync:check")).exitCode).toBe(1);
    expect(await succeed("make", "update")).toMatch(/RESTORE \.editorconfig/);
    expect(await succeed("git", "status", "--porcelain")).toBe("");
  });
});

describe.each([
  ["pnpm", "both", [".github/workflows/infra.yaml", ".gitlab-ci.yml"]],
  ["yarn", "gitlab", [".gitlab-ci.yml"]],
] as const)("a product with %s and the CI %s", (manager, ci, pipelines) => {
  beforeAll(async () => {
    product = join(folder, manager);
    const programs = join(folder, `programs-${manager}`);
    mkdirSync(programs);
    env = { ...env, PATH: `${programs}:${process.env["PATH"] ?? ""}`, ...(await registries()) };
    await execa(join(await corepack(), "corepack"), ["enable", "--install-directory", programs], { env });
    mkdirSync(product);
    writeFileSync(join(product, ".npmrc"), registry?.npmrc ?? "");
    const scope = `npmScopes:\n  infra:\n    npmRegistryServer: "${registry?.url.slice(0, -1) ?? ""}"\nunsafeHttpWhitelist: ["127.0.0.1"]\n`;
    writeFileSync(join(folder, ".yarnrc.yml"), scope);
    const args = [
      "create",
      "@infra/product",
      manager,
      "--yes",
      "--",
      "--yes",
      "--no-install",
      "--package-manager",
      manager,
      "--ci",
      ci,
    ];
    await execa("npm", args, { cwd: folder, env, extendEnv: false, stdin: "ignore" });
  });

  it("plans at once, and plans exactly what an update of the template can change", { timeout: 300_000 }, async () => {
    const { dependencies, ...manifest } = readManifest();
    writeJson("package.json", { ...manifest, dependencies: { ...dependencies, "@infra/stack-compute": "0.1.0" } });
    writeOwnStack(manager);
    expect(await succeed("make", "plan")).toMatch(/3 deployments: 3 changed[^]*Offline/);
    await commit("chore: start");
    await succeed("make", "update");
    expect(readVersion("@infra/cloud-network")).toBe("0.1.1");
    await commit("chore: update");
    expect(await affected()).toEqual(["production-compute", "staging-compute"]);
    expect(await affectedByOwnStack()).toEqual(["@acme/stack-own", "production-own"]);
    const all = [".github/workflows/infra.yaml", ".gitlab-ci.yml"];
    expect(all.filter((file) => existsSync(join(product, file)))).toEqual(pipelines);
    await succeed("make", "check");
  });

  it("is installed by its pipelines as its lock file says", { timeout: 300_000 }, async () => {
    expect(await listAfterPipelineInstall(manager)).toContain('"production/own"');
  });
});

/** Where corepack is, which comes with Node and not with every package of Node. */
async function corepack(): Promise<string> {
  const wanted = "corepack@0.34.6";
  const installed = await makeOnce({
    target: join(cacheDirectory(), wanted),
    make: async (draft) => {
      writeFileSync(join(draft, "package.json"), '{ "private": true }');
      await execa("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", wanted], { cwd: draft });
      return draft;
    },
  });
  return join(installed, "node_modules/.bin");
}

/** Yarn and corepack do not read npm's configuration: they are told the registry that npm uses. */
async function registries(): Promise<NodeJS.ProcessEnv> {
  const { stdout } = await execa("npm", ["config", "get", "registry"], { cwd: tmpdir() });
  const url = stdout.trim().replace(/\/$/, "");
  const shared = join(cacheDirectory(), "e2e", "yarn");
  // A package of an earlier run with the same version would be taken from there.
  for (const name of existsSync(join(shared, "cache")) ? readdirSync(join(shared, "cache")) : [])
    if (name.startsWith("@infra-")) rmSync(join(shared, "cache", name));
  rmSync(join(shared, "metadata"), { recursive: true, force: true });
  return {
    YARN_GLOBAL_FOLDER: shared,
    YARN_NPM_REGISTRY_SERVER: url,
    YARN_HTTP_TIMEOUT: "120000",
    COREPACK_HOME: join(cacheDirectory(), "e2e", "corepack"),
    COREPACK_NPM_REGISTRY: url,
    // A mirror may leave out npm's signatures.
    COREPACK_INTEGRITY_KEYS: "0",
  };
}

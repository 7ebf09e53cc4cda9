import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { deployment } from "../../test/report-run.js";
import { causeText } from "./cause-text.js";
import { Difference } from "./causes.js";

const workspace = "products/acme";
let repository: string;
let root: string;

function git(...args: string[]): void {
  execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@example.com", ...args], { cwd: repository });
}

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

function lockfile(versions: Record<string, string>): string {
  const of = (name: string, more: object = {}) => ({ version: versions[name], ...more });
  return JSON.stringify({
    lockfileVersion: 3,
    packages: {
      "": { name: "acme" },
      "node_modules/@infra/stack-compute": of("@infra/stack-compute", {
        dependencies: { "@infra/cloud-compute": "*" },
      }),
      "node_modules/@infra/cloud-compute": of("@infra/cloud-compute", {
        peerDependencies: { "@cdktf/provider-google": "*", cdktf: "*" },
        peerDependenciesMeta: { "@cdktf/provider-google": { optional: true } },
      }),
      "node_modules/@infra/stack-dns": { resolved: "packages/stacks/dns", link: true },
      "packages/stacks/dns": of("@infra/stack-dns"),
      "node_modules/@cdktf/provider-google": of("@cdktf/provider-google"),
      "node_modules/cdktf": of("cdktf"),
      "node_modules/cdktf/node_modules/zod": of("zod"),
      ...(versions["left-pad"] ? { "node_modules/left-pad": of("left-pad") } : {}),
    },
  });
}

const old = {
  ...{ "@infra/stack-compute": "1.0.0", "@infra/cloud-compute": "1.2.0", "@infra/stack-dns": "1.0.0" },
  ...{ "@cdktf/provider-google": "21.0.0", cdktf: "0.21.0", zod: "4.0.0", "left-pad": "1.0.0" },
};

beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), "infra-causes-"));
  root = join(repository, workspace);
  write("package-lock.json", lockfile(old));
  for (const file of ["product", "production/compute", "production/dns", "staging/compute", "staging/environment"])
    write(`inventory/${file}.yaml`, "a: 1\n");
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-qm", "chore: start");
  git("switch", "-qc", "change");
  write("inventory/production/compute.yaml", "a: 2\n");
  write("inventory/staging/environment.yaml", "a: 2\n");
  git("commit", "-qam", "feat: change");
  // What happened on the base since is no part of the change.
  git("switch", "-q", "main");
  write("inventory/production/dns.yaml", "a: 3\n");
  git("commit", "-qam", "feat: other");
  git("switch", "-q", "change");
  write(
    "package-lock.json",
    lockfile({
      ...old,
      "@infra/cloud-compute": "1.3.0",
      "@infra/stack-dns": "2.0.0",
      "@cdktf/provider-google": "22.0.0",
      "left-pad": "",
    }),
  );
});
afterAll(() => {
  rmSync(repository, { recursive: true });
});

const causes = async (...args: Parameters<typeof deployment>) =>
  (await Difference.since(root, "main")).causesOf(deployment(...args)).map(causeText);

it("names the inventory file of the deployment that changed, and the packages of its stack, with their versions", async () => {
  expect(await causes("production/compute")).toEqual([
    "inventory/production/compute.yaml",
    "@infra/cloud-compute 1.2.0 → 1.3.0",
  ]);
});

it("names the environment's file, and packages that are not committed yet", async () => {
  expect(await causes("staging/compute")).toEqual([
    "inventory/staging/environment.yaml",
    "@infra/cloud-compute 1.2.0 → 1.3.0",
  ]);
});

it("names the package of a stack in the workspace, and not what changed on the base", async () => {
  expect(await causes("production/dns")).toEqual(["@infra/stack-dns 1.0.0 → 2.0.0"]);
});

it("names the bindings of a deployment's own cloud only", async () => {
  expect(await causes("production/compute", { provider: "gcp" })).toContain("@cdktf/provider-google 21.0.0 → 22.0.0");
});

it("names nothing for a deployment that nothing concerns, or of which nothing is known", async () => {
  expect(await causes("production/vault")).toEqual([]);
  const { origin, ...unknown } = deployment("production/compute");
  expect(origin).toBeDefined();
  expect((await Difference.since(root, "main")).causesOf(unknown)).toEqual([]);
});

it("names files of a stack in a folder, and lockfiles that it can't read", async () => {
  write("stacks/own/index.ts", "");
  write("pnpm-lock.yaml", "");
  git("add", "-A");
  const origin = { references: [], files: [], package: "./stacks/own" };
  expect(await causes("production/own", { origin })).toEqual(["stacks/own/index.ts", "pnpm-lock.yaml"]);
});

it("says how to get a base that is not there, and takes no option for one", async () => {
  await expect(Difference.since(root, "nowhere")).rejects.toThrow(/"nowhere" is no commit .*git fetch/);
  await expect(Difference.since(root, "--output=canary")).rejects.toThrow(/is no commit/);
});

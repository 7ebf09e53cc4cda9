import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseJson } from "@infra/inventory";
import { deploymentCost, type InfracostPrices, parseInfracost, pricedPlanSchema } from "@infra/cost";
import { afterAll, beforeAll, expect } from "vitest";
import { packagesOf } from "../../engine/src/applied/packages.js";
import { removedDeployment } from "@infra/engine";
import { compareCosts, type CostBase, parseCostBase } from "../../cli/src/cost/compare.js";
import { collect, type Format, formats, render, renderCosts } from "@infra/report";
import { recoverState } from "../../engine/src/deployment/recovery.js";
import { isChangedBy } from "../../impact/src/installation.js";
import { Mask } from "@infra/io";
import { checkPlans, runCheckov } from "@infra/policy";
import { ownPackages } from "@infra/impact";
import { Difference } from "../../report/src/causes.js";
import { FolderStore, sha256Of } from "@infra/state";
import { checkPolicy } from "../../engine/src/verbs/policy.js";
import { canary, near, withEachReplaced } from "../mutations.js";
import { type Parser, readsOrRefuses } from "../parsers.js";
import { deployment, richReport } from "../report-run.js";

const id = "production/compute";
let folder: string;

const git = (...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.example", ...args], {
    cwd: folder,
    encoding: "utf8",
  });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "infra-fuzz-"));
  file("package-lock.json", lockfile);
  git("init", "--quiet");
  git("add", "package-lock.json");
  git("commit", "--quiet", "-m", "before");
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A file below the folder of this spec. @returns its path */
const file = (path: string, content: Buffer | string): string => {
  const whole = join(folder, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, content);
  return whole;
};

/** A program that prints an input. */
const program = (input: Buffer): string => {
  file("printed", input);
  const path = file("program", `#!/bin/sh\nexec cat ${join(folder, "printed")}\n`);
  chmodSync(path, 0o755);
  return path;
};

const { origin, ...result } = deployment(id, { status: "changed", text: canary, notes: [canary] });
const run = { run: "1", verb: "plan", time: "2026-01-31T12:00:00.000Z", offline: false, origin, result };
const report = richReport();

const results = (place: string): Parser => ({
  reads: ["packages/engine/report/src/collect.ts"],
  inputs: near(JSON.stringify({ format: "infra-result", version: 1, ...run }), JSON.stringify(report)),
  read: async (input) => {
    file("results/result.json", input);
    const found = collect(join(folder, place), "plan", {}).report;
    const chosen = Object.keys(formats)[input.length % Object.keys(formats).length] as Format;
    return [found, await render(found, chosen, { root: folder, env: {} })];
  },
  accepted: ([found, text]: [typeof report, string]) => {
    expect(found.verb).toBe("plan");
    expect(text).not.toBe("");
  },
});

const record = {
  ...{ version: 1, operation: "apply", outcome: "done", time: "2026-01-31T12:00:00.000Z", by: "ada@build-7" },
  ...{ engine: { name: "tofu", version: "1.12.6" }, digest: "d", inventory: "i", packages: {}, providers: {} },
};
const applied = {
  stack: "compute",
  settings: {
    ...{ product: "acme", provider: "hetzner", region: "fsn1", deletionProtection: true, cloudflare: false },
    credentials: { hcloud: "secret://acme/hcloud#token" },
  },
  configuration: { resource: { a: { b: { c: canary } } } },
  references: { net__id: "net.id" },
  secrets: { secret_a: "secret://acme/a#b" },
  lockFile: "",
};
const hash = (content: Buffer | string) => sha256Of(Buffer.from(content)).slice(0, 16);

/** Files whose names are those of their contents: what else is damaged is refused before it is read. */
const recorded = async (last: Buffer | string, configuration: Buffer | string): Promise<unknown> => {
  rmSync(join(folder, "state"), { recursive: true, force: true });
  const name = `${hash(configuration)}.configuration.json`;
  file(`state/applied/${name}`, configuration);
  file(`state/applied/00000001-${hash(last)}.json`, last);
  const records = new FolderStore(join(folder, "state"), id).applied;
  const found = await records.last();
  return found && removedDeployment(id, "inventory", found, await records.configurationOf(found));
};
const configuration = JSON.stringify(applied);

const costs = { before: {}, after: { EUR: 4.5 }, resources: [], unpriced: [], usage: [], free: 0, prices: "hetzner", stale: [] };
const priced = { ...costs, resources: [{ address: "a.b", before: 0, after: 4.5, currency: "EUR", source: "table" }] };

const lockfile = JSON.stringify({
  packages: {
    "": { name: "acme" },
    "node_modules/@infra/stack-compute": { version: "1.0.0", dependencies: { zod: "4" }, peerDependencies: { a: "1" } },
    "node_modules/zod": { version: "4.0.0" },
    "node_modules/a": { resolved: "packages/a", link: true },
    "packages/a": { version: "1.0.0" },
  },
});

const change = (values: object) => ({ actions: ["create"], before: null, after: values, after_unknown: {} });
const planOf = (type: string, source: string, values: object) => ({
  format_version: "1.2",
  terraform_version: "1.12.6",
  resource_changes: [
    {
      ...{ address: `${type}.a`, mode: "managed", type, name: "a" },
      ...{ provider_name: `registry.opentofu.org/${source}`, change: change(values) },
    },
  ],
  configuration: { root_module: { resources: [{ address: `${type}.a`, expressions: {} }] } },
});
const serverWith = (text: string) => planOf("hcloud_server", "hetznercloud/hcloud", { user_data: text, name: "a" });
const bucketWith = (text: string) => planOf("aws_s3_bucket_policy", "hashicorp/aws", { policy: text });
const openedState = JSON.stringify({ version: 4, lineage: "a", outputs: { p: canary } });
const plannedValues = { planned_values: { root_module: { resources: [{ address: "a.b", values: { a: canary } }] } } };
const cloudConfig = "#cloud-config\nssh_pwauth: false\nusers: [{ name: ada, lock_passwd: true }]\n";
const policy = JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { AWS: ["*"] } }] });

/** A run whose engine prints an input. */
const engineThatPrints = (input: Buffer) => ({
  paths: { work: folder },
  context: { request: { env: { PATH: "" } }, mask: new Mask([]) },
  encryption: {},
  deployment: { id, settings: {} },
  synthesis: { configuration: {}, origins: {} },
  notes: [],
  problemsOf: () => [{ message: "the engine failed", remedy: "Look at its output" }],
  call: () => Promise.resolve({ code: 0, stdout: input.toString(), stderr: "" }),
});

let installed = 0;

readsOrRefuses({
  "a result of a run": results("results/result.json"),
  "a result in a folder of results": results("results"),
  "the record of an apply": {
    reads: ["packages/engine/state/src/applied-records.ts"],
    inputs: near(JSON.stringify({ ...record, configuration: `${hash(configuration)}.configuration.json` })),
    read: (input) => recorded(input, configuration),
  },
  "what was applied": {
    reads: ["packages/engine/state/src/applied-records.ts", "packages/engine/engine/src/applied/removed-deployment.ts"],
    inputs: near(configuration),
    read: (input) => recorded(JSON.stringify({ ...record, configuration: `${hash(input)}.configuration.json` }), input),
    quoted: true,
  },
  "costs to compare with": {
    reads: ["packages/engine/cli/src/cost/compare.ts"],
    inputs: near(
      JSON.stringify({ results: [{ id, environment: "a", name: "b", stack: "c", provider: "d", cost: priced }] }),
    ),
    read: (input) => parseCostBase(input.toString(), "costs.json"),
    accepted: (base: CostBase) => {
      const own = {
        verb: "cost" as const,
        results: [
          deployment(id, { cost: deploymentCost({ resource_changes: [] }, { provider: "hetzner", region: "fsn1" }) }),
        ],
        exitCode: 0 as const,
      };
      expect(renderCosts(compareCosts(own, base, [], true), { colour: false, offline: false })).not.toBe("");
    },
  },
  "what Infracost prints": {
    reads: ["packages/cost/src/infracost.ts"],
    inputs: near(
      JSON.stringify({
        currency: "USD",
        projects: [{ breakdown: { resources: [{ name: "a.b", monthlyCost: "1.5" }] }, pastBreakdown: null }],
      }),
    ),
    read: (input) => parseInfracost(input.toString()),
    accepted: (prices: InfracostPrices) => {
      const { before, after } = prices.of("a.b");
      for (const each of [before, after]) expect(each === undefined || Number.isFinite(each)).toBe(true);
    },
  },
  "a plan that is priced": {
    reads: ["packages/engine/engine/src/verbs/cost.ts"],
    inputs: near(JSON.stringify(serverWith(cloudConfig))),
    fixed: withEachReplaced(JSON.stringify(serverWith(cloudConfig))),
    read: (input) => {
      const { data } = pricedPlanSchema.safeParse(parseJson(input));
      return data && deploymentCost(data, { provider: "hetzner", region: "fsn1" });
    },
  },
  "what Checkov prints": {
    reads: ["packages/engine/policy/src/checkov.ts"],
    inputs: near(
      JSON.stringify({ passed: 0, failed: 0 }),
      JSON.stringify({
        check_type: "terraform_plan",
        results: { failed_checks: [{ check_id: "CKV_1", file_path: "/0.json", resource: "a.b" }], parsing_errors: [] },
      }),
    ),
    read: (input) => runCheckov(program(input), [{}], { scratch: folder }),
  },
  "a plan that rules look at": {
    reads: ["packages/engine/engine/src/verbs/policy.ts"],
    inputs: near(JSON.stringify(serverWith(cloudConfig)), JSON.stringify(bucketWith(policy))),
    fixed: [
      '{"resource_changes":{}}',
      ...withEachReplaced(JSON.stringify(serverWith(cloudConfig))),
      ...withEachReplaced(JSON.stringify({ ...bucketWith(policy), ...plannedValues })),
    ],
    read: (input) => checkPolicy(engineThatPrints(input) as never),
  },
  "the text for cloud-init": {
    reads: ["packages/engine/policy/src/rules/password-login.ts"],
    inputs: near(
      cloudConfig,
      `#cloud-config-archive\n- content: "a: 1"\n  Merge-Type: no_replace\n`,
      "users: [null, a]",
    ),
    read: (input) => checkPlans([{ plan: serverWith(input.toString()) }]),
  },
  "the policy of a bucket": {
    reads: ["packages/engine/policy/src/rules/public-bucket.ts"],
    inputs: near(policy, '{"Statement":{"Effect":"Allow","Principal":"*"}}', '{"Statement":[null]}'),
    read: (input) => checkPlans([{ plan: bucketWith(input.toString()) }]),
  },
  "package-lock.json of a product": {
    reads: ["packages/engine/report/src/causes.ts", "packages/engine/report/src/lockfile.ts"],
    inputs: near(lockfile.replaceAll("4.0.0", "4.0.1"), lockfile.replace('"packages/a"', '"constructor"')),
    read: async (input) => {
      file("package-lock.json", input);
      return (await Difference.since(folder, "HEAD")).causesOf(deployment(id));
    },
  },
  "what npm installed": {
    reads: ["packages/engine/impact/src/installation.ts"],
    inputs: near(lockfile),
    read: (input) => isChangedBy({ name: "zod", version: "4.0.1" }, dirname(file("modules/.package-lock.json", input))),
  },
  "package.json of an installed package": {
    reads: ["packages/engine/engine/src/applied/packages.ts"],
    inputs: near(JSON.stringify({ name: "a", version: "1.0.0", dependencies: { "@infra/stack-x": "1" } })),
    read: (input) => {
      // Each is read once.
      const name = `installed-${String((installed += 1))}`;
      file(`${name}/package.json`, input);
      return packagesOf({ stack: `./${name}`, settings: { provider: "hetzner" } } as never, folder);
    },
  },
  "workspaces of a product": {
    reads: ["packages/engine/impact/src/product-copy/own-packages.ts"],
    inputs: near('{"workspaces":["packages/*"]}', '{"workspaces":{"packages":["package.json/*"]}}'),
    read: (input) => ownPackages(dirname(file("npm/package.json", input))),
  },
  "workspaces of pnpm": {
    reads: ["packages/engine/impact/src/product-copy/own-packages.ts"],
    inputs: near("packages: ['packages/*']\n", "packages: ['pnpm-workspace.yaml/*']\n"),
    read: (input) => ownPackages(dirname(file("pnpm/pnpm-workspace.yaml", input))),
    quoted: true,
  },
  "a state that the engine opened": {
    reads: ["packages/engine/engine/src/deployment/recovery.ts"],
    inputs: near(openedState),
    fixed: withEachReplaced(openedState),
    read: (input) => {
      file("errored.tfstate", input);
      return recoverState(engineThatPrints(input) as never);
    },
  },
});

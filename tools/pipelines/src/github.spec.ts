import { join } from "node:path";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { ensureTool } from "@infra/toolchain";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GitHubPlatform, startGitHubPlatform } from "./github/platform.js";
import { onMain, pullRequest } from "./github/events.js";
import { type GitHubRepository, type JobResult, runWorkflow } from "./github/runner.js";
import { Machines } from "./machine.js";
import { ProductRepository } from "./product.js";
import { happeningsIn, type Receiver, startReceiver } from "./receiver.js";

const canary = "canary-8f2b6c0d4e";

/** A stand-in for Infracost: every resource costs the same. */
const infracost = `const { readFileSync } = require("node:fs");
const plan = JSON.parse(readFileSync(process.argv[process.argv.indexOf("--path") + 1], "utf8"));
const resources = plan.resource_changes.map(({ address }) => ({ name: address, monthlyCost: "12.34" }));
const project = { breakdown: { resources }, pastBreakdown: { resources } };
console.log(JSON.stringify({ currency: "USD", projects: process.env.INFRACOST_API_KEY ? [project] : [] }));`;

let machines: Machines;
let product: ProductRepository;
let platform: GitHubPlatform;
let chat: Receiver;
let where: GitHubRepository;

beforeAll(async () => {
  machines = new Machines(process.env["INFRA_ENGINE"] ?? (await ensureTool("tofu")));
  product = await ProductRepository.create(join(machines.root, "product"));
  platform = await startGitHubPlatform();
  chat = await startReceiver();
  await product.notify(chat.url);
  const notifier = `INFRA_SECRET_ACME_CHAT_KEY='${canary}-chat'`;
  machines.program("infracost", infracost);
  const secrets = {
    INFRA_STATE_PASSPHRASE: canary,
    HCLOUD_TOKEN: `${canary}-hcloud`,
    INFRACOST_API_KEY: `${canary}-infracost`,
    INFRA_ENV: notifier,
  };
  where = { origin: product.folder, platform, machines, secrets, vars: { INFRA_OFFLINE: "1" } };
});
afterAll(async () => {
  await Promise.all([platform.close(), chat.close()]);
  machines.remove();
});

const offered = (branch: string, fork = false) => pullRequest(product, platform, branch, { fork });

/** Merges a branch, as somebody does who has looked at its plan. */
async function merge(branch: string): Promise<Record<string, JobResult>> {
  const head = await product.git("rev-parse", branch);
  const { before, after } = await product.merge(branch);
  platform.merged(after, head);
  return await runWorkflow(where, onMain("push", before));
}

/** How the jobs that were not skipped ended; failures with what they printed. */
function ends(jobs: Record<string, JobResult>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(jobs).flatMap(([name, { result, output }]) =>
      result === "skipped" ? [] : [[name, result === "failure" ? `failure: ${output}` : result]],
    ),
  );
}

const cidrs = () =>
  ["production", "staging"].map((environment) => {
    const file = join(machines.cloud, environment, "network/cloud.jsonl");
    return existsSync(file) ? (/.*"ip_range":"([^"]*)"/s.exec(readFileSync(file, "utf8"))?.[1] ?? "gone") : "none";
  });

/** What those who are named in the inventory were told since they were last asked. */
const told = () => chat.received.splice(0).map(({ text }) => happeningsIn(text));

const plans = () =>
  platform.server.comments().filter(({ body }) => body.includes("infra:plan") || body.includes("plan"));

/** The first pull request runs every job; in the short form the later ones run only what they are about. */
const brief = process.env["INFRA_TEST_LONG"] ? [] : ["validate", "test", "cost"];

describe("the pipeline of a product on GitHub", { timeout: 900_000 }, () => {
  it("applies what it planned, when somebody starts it by hand", async () => {
    const jobs = await runWorkflow(where, onMain("workflow_dispatch"));
    expect(ends(jobs)).toEqual({ validate: "success", plan: "success", apply: "success" });
    expect(cidrs()).toEqual(["10.1.0.0/16", "10.2.0.0/16"]);
  });

  it("comments on a pull request once, and updates the comment in place", async () => {
    await product.branch("change", () => product.network("production", "10.3.0.0/16"));
    const first = await runWorkflow(where, await offered("change"));
    const all = { validate: "success", test: "success", cost: "success", plan: "success", comment: "success" };
    expect(ends(first)).toEqual(all);
    expect(first["validate"]?.output).toContain("### infra policy: 1 deployment: 1 done");
    const [comment] = plans();
    expect(comment?.body).toMatch(/production\/network[^]*10\.3\.0\.0\/16/);
    expect(comment?.body).not.toContain("staging/network");
    expect(JSON.stringify(platform.server.comments())).toContain("24.68 USD");
    const count = platform.server.comments().length;

    await product.change(() => product.network("production", "10.4.0.0/16"));
    where = { ...where, done: brief.filter((name) => name !== "cost") };
    expect(ends(await runWorkflow(where, await offered("change")))).toEqual(all);
    expect(platform.server.comments()).toHaveLength(count);
    const updated = platform.server.comments().find(({ id }) => id === comment?.id);
    expect(updated?.body).toContain("10.4.0.0/16");
    expect(updated?.body).not.toContain("10.3.0.0/16");
  });

  it("applies the plan that was reviewed when it is merged, changes nothing else, and tells who is named", async () => {
    told();
    where = { ...where, done: brief };
    const jobs = await merge("change");
    expect(ends(jobs)).toEqual({ validate: "success", apply: "success" });
    expect(jobs["apply"]?.output).toContain("pull request 7: plans of production/network");
    expect(told()).toEqual([["applied production/network"]]);
    expect(cidrs()).toEqual(["10.4.0.0/16", "10.2.0.0/16"]);
  });

  it("refuses a plan that is stale, and says what to do", async () => {
    await product.branch("late", () => product.network("staging", "10.5.0.0/16"));
    const skipped = ["cost", "comment"];
    await runWorkflow({ ...where, done: [...brief, ...skipped] }, await offered("late"));
    // Somebody else changes the same deployment meanwhile.
    await product.git("checkout", "--quiet", "main");
    const state = join(machines.root, "elsewhere");
    await product.git("clone", "--quiet", product.folder, state);
    machines.install(state);
    writeFileSync(
      join(state, "inventory/staging/network.yaml"),
      "stack: ./stacks/network\nconfig: { cidr: 10.6.0.0/16 }\n",
    );
    const { runScript } = await import("./run-step.js");
    const applied = await runScript("node_modules/.bin/infra apply staging/network --offline --yes", state, {
      ...machines.environment(),
      ...where.secrets,
      ...machines.account(where.secrets),
    });
    expect(applied.code, applied.output).toBe(0);

    const jobs = await merge("late");
    expect(jobs["apply"]?.result).toBe("failure");
    expect(jobs["apply"]?.output).toMatch(/the plan of staging\/network of .* is stale/);
    expect(cidrs()).toEqual(["10.4.0.0/16", "10.6.0.0/16"]);
  });

  it("refuses what nobody has looked at, also when a fork left plans under the right name", async () => {
    const { before, after } = await unreviewed("10.7.0.0/16");
    const [kept] = platform.artifacts().filter(({ name }) => name.startsWith("infra-plan-"));
    const head = await product.git("rev-parse", "push");
    platform.keep({ name: `infra-plan-${head}`, run: 1, sha: head, files: kept?.files ?? new Map(), fork: true });
    platform.merged(after, head);
    const jobs = await runWorkflow(where, onMain("push", before));
    expect(jobs["apply"]?.output).toContain("left no plans of this repository");
    expect(jobs["apply"]?.output).toContain("there is no plan of these changes that was looked at");
    expect([jobs["apply"]?.result, cidrs()]).toEqual(["failure", ["10.4.0.0/16", "10.6.0.0/16"]]);
  });

  it("applies it when somebody starts the pipeline by hand", async () => {
    expect(ends(await runWorkflow(where, onMain("workflow_dispatch")))).toMatchObject({ apply: "success" });
    expect(cidrs()).toEqual(["10.4.0.0/16", "10.7.0.0/16"]);
  });

  it("opens an issue when the cloud drifts, and closes it when the drift is gone", async () => {
    const undo = machines.snapshot();
    told();
    const file = join(machines.cloud, "production/network/cloud.jsonl");
    writeFileSync(file, readFileSync(file, "utf8").replaceAll("acme-production-network-main", "renamed-by-hand"));
    expect(ends(await runWorkflow(where, onMain("schedule")))).toEqual({ drift: "success" });
    expect(platform.server.issues().map(({ state }) => state)).toEqual(["open"]);
    expect(platform.server.issues()[0]?.title).toContain("production/network");
    expect(told()).toEqual([["drift production/network"]]);
    undo();
    expect(ends(await runWorkflow(where, onMain("schedule")))).toEqual({ drift: "success" });
    expect(platform.server.issues().map(({ state }) => state)).toEqual(["closed"]);
    expect(told()).toEqual([["healed production/network"]]);
  });

  it("plans what a fork changes offline, without secrets, and comments nothing", async () => {
    const before = platform.server.comments().length;
    await product.branch("fork", () => {
      product.write(
        "stacks/network/index.js",
        `console.log(JSON.stringify(process.env));\n${product.read("stacks/network/index.js")}`,
      );
    });
    const jobs = await runWorkflow({ ...where, vars: {} }, await offered("fork", true));
    expect(ends(jobs)).toEqual({ validate: "success", test: "success", cost: "success", plan: "success" });
    expect(JSON.stringify(jobs)).not.toContain(canary);
    expect(jobs["plan"]?.output).toContain("Offline");
    expect(platform.server.comments()).toHaveLength(before);
  });
});

/** A change of staging that came to main without a pipeline. */
async function unreviewed(cidr: string): Promise<{ before: string; after: string }> {
  await product.branch("push", () => product.network("staging", cidr));
  return await product.merge("push");
}

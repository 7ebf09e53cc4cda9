import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureTool } from "@infra/toolchain";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFiles } from "./files.js";
import {
  type GitLabPlatform,
  type GitLabProject,
  type JobResult,
  runPipeline,
  startGitLabPlatform,
} from "./gitlab/runner.js";
import { Machines } from "./machine.js";
import { ProductRepository } from "./product.js";
import { programsStack, refusals } from "./programs.js";
import { happeningsIn, type Receiver, startReceiver } from "./receiver.js";
import { runScript } from "./run-step.js";

const canary = "canary-7a3e9f1d5b";

/** What the names of files begin with that nothing but an attack makes. */
const trace = "attacked";

let machines: Machines;
let product: ProductRepository;
let platform: GitLabPlatform;
let chat: Receiver;
let where: GitLabProject;

beforeAll(async () => {
  machines = new Machines(process.env["INFRA_ENGINE"] ?? (await ensureTool("tofu")));
  product = await ProductRepository.create(join(machines.root, "product"));
  platform = await startGitLabPlatform();
  chat = await startReceiver();
  await product.notify(chat.url);
  const clouds = ["infra-plan", "infra", "infra-report"];
  const variables = {
    INFRA_OFFLINE: { value: "1", environments: ["*"] },
    INFRA_STATE_PASSPHRASE: { value: canary, environments: clouds },
    HCLOUD_TOKEN: { value: `${canary}-hcloud`, environments: clouds },
    INFRA_SECRET_ACME_CHAT_KEY: { value: `${canary}-chat`, environments: clouds },
    // To read reviews, and to write comments and issues: two tokens.
    GITLAB_TOKEN: { value: platform.server.token, environments: ["infra", "infra-report"] },
  };
  where = { origin: product.folder, platform, machines, variables };
});
afterAll(async () => {
  await Promise.all([platform.close(), chat.close()]);
  machines.remove();
});

const main = { CI_COMMIT_BRANCH: "main", CI_DEFAULT_BRANCH: "main" };

async function mergeRequest(branch: string, fork = false): Promise<Record<string, JobResult>> {
  const base = await product.offer(branch);
  const sha = await product.git("rev-parse", branch);
  return await runPipeline(where, "refs/pull/7/merge", {
    CI_PIPELINE_SOURCE: "merge_request_event",
    CI_DEFAULT_BRANCH: "main",
    CI_COMMIT_SHA: await product.git("rev-parse", "refs/pull/7/merge"),
    CI_MERGE_REQUEST_IID: "7",
    CI_MERGE_REQUEST_PROJECT_ID: "1",
    CI_MERGE_REQUEST_SOURCE_PROJECT_ID: fork ? "2" : "1",
    CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
    CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: sha,
    CI_MERGE_REQUEST_TITLE: `"; touch ${trace}-1; echo "$(touch ${trace}-2)`,
    CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: `x$(touch ${trace}-3)`,
  });
}

async function merge(branch: string): Promise<Record<string, JobResult>> {
  const { before, after } = await product.merge(branch);
  platform.merged(after);
  const said = { ...main, CI_PIPELINE_SOURCE: "push", CI_COMMIT_BEFORE_SHA: before, CI_COMMIT_SHA: after };
  return await runPipeline(where, "refs/heads/main", said);
}

/** How the jobs ended; failures with what they printed. */
function ends(jobs: Record<string, JobResult>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(jobs).map(([name, { result, output }]) => [
      name,
      result === "failed" ? `failed: ${output}` : result,
    ]),
  );
}

const cidr = (environment: string) => {
  const file = join(machines.cloud, environment, "network/cloud.jsonl");
  return existsSync(file) ? /.*"ip_range":"([^"]*)"/s.exec(readFileSync(file, "utf8"))?.[1] : "none";
};

/** What those who are named in the inventory were told since they were last asked. */
const told = () => chat.received.splice(0).map(({ text }) => happeningsIn(text));

const notes = () => platform.server.comments().filter(({ system }) => !system);

/** The first merge request runs every job; in the short form the later pipelines run only what they are about. */
const brief = process.env["INFRA_TEST_LONG"] ? [] : ["validate", "test", "cost"];

describe("the pipeline of a product on GitLab", { timeout: 900_000 }, () => {
  it("applies what it planned, when somebody starts it by hand", async () => {
    where = { ...where, done: brief };
    const jobs = await runPipeline(where, "refs/heads/main", { ...main, CI_PIPELINE_SOURCE: "web" });
    expect(ends(jobs)).toMatchObject({ plan: "success", "apply-planned": "success" });
    expect([cidr("production"), cidr("staging")]).toEqual(["10.1.0.0/16", "10.2.0.0/16"]);
  });

  it("comments on a merge request once, and updates the comment in place", async () => {
    await product.branch("change", () => product.network("production", "10.3.0.0/16"));
    where = { ...where, done: [] };
    expect(ends(await mergeRequest("change"))).toEqual({
      validate: "success",
      test: "success",
      cost: "success",
      plan: "success",
      comment: "success",
    });
    const count = notes().length;
    const plan = notes().find(({ body }) => body.includes("10.3.0.0/16"));
    expect(plan?.body).toContain("production/network");

    await product.change(() => product.network("production", "10.4.0.0/16"));
    where = { ...where, done: brief.filter((name) => name !== "cost") };
    expect(ends(await mergeRequest("change"))).toMatchObject({ plan: "success", comment: "success" });
    expect(notes()).toHaveLength(count);
    expect(await findFiles(machines.root, [`**/${trace}*`])).toEqual([]);
    expect(notes().find(({ id }) => id === plan?.id)?.body).toContain("10.4.0.0/16");
  });

  it("applies the plan that was reviewed when it is merged, and tells who is named", async () => {
    told();
    where = { ...where, done: brief };
    const { apply } = await merge("change");
    expect([apply?.result, apply?.output]).toEqual([
      "success",
      expect.stringContaining("merge request 7: plans of production/network"),
    ]);
    expect([cidr("production"), cidr("staging")]).toEqual(["10.4.0.0/16", "10.2.0.0/16"]);
    expect(told()).toEqual([["applied production/network"]]);
  });

  it("refuses what nobody has looked at", async () => {
    // The plans of the last merge request are for another deployment.
    await product.branch("late", () => product.network("staging", "10.5.0.0/16"));
    const { apply } = await merge("late");
    expect([apply?.result, apply?.output]).toEqual([
      "failed",
      expect.stringContaining("there is no plan of these changes that was looked at"),
    ]);
    expect(cidr("staging")).toBe("10.2.0.0/16");
  });

  it("refuses a plan that is stale, and says what to do", async () => {
    await product.branch("stale", () => product.network("staging", "10.8.0.0/16"));
    where = { ...where, done: [...brief, "cost", "comment"] };
    expect(ends(await mergeRequest("stale"))).toMatchObject({ plan: "success" });
    // Somebody else changes the same deployment meanwhile.
    const folder = await machines.clone(product.folder, "main");
    machines.install(folder);
    writeFileSync(
      join(folder, "inventory/staging/network.yaml"),
      "stack: ./stacks/network\nconfig: { cidr: 10.6.0.0/16 }\n",
    );
    const secrets = { INFRA_STATE_PASSPHRASE: canary, HCLOUD_TOKEN: `${canary}-hcloud` };
    const env = { ...machines.environment(), ...secrets, ...machines.account(secrets) };
    const applied = await runScript("node_modules/.bin/infra apply staging/network --offline --yes", folder, env);
    expect(applied.code, applied.output).toBe(0);

    const { apply } = await merge("stale");
    expect([apply?.result, apply?.output]).toEqual([
      "failed",
      expect.stringMatching(/the plan of staging\/network of .* is stale/),
    ]);
    expect(cidr("staging")).toBe("10.6.0.0/16");
  });

  it("opens an issue when the cloud drifts, and closes it when the drift is gone", async () => {
    const undo = machines.snapshot();
    told();
    const file = join(machines.cloud, "production/network/cloud.jsonl");
    writeFileSync(file, readFileSync(file, "utf8").replaceAll("acme-production-network-main", "renamed-by-hand"));
    const schedule = { ...main, CI_PIPELINE_SOURCE: "schedule" };
    expect(ends(await runPipeline(where, "refs/heads/main", schedule))).toEqual({ drift: "success" });
    expect(platform.server.issues().map(({ state }) => state)).toEqual(["open"]);
    expect(told()).toEqual([["drift production/network"]]);
    undo();
    expect(ends(await runPipeline(where, "refs/heads/main", schedule))).toEqual({ drift: "success" });
    expect(platform.server.issues().map(({ state }) => state)).toEqual(["closed"]);
    expect(told()).toEqual([["healed production/network"]]);
    expect(JSON.stringify([notes(), platform.server.issues()])).not.toContain(canary);
  });

  it("plans what a fork changes offline, gives it no secret, and comments nothing", async () => {
    const before = notes().length;
    const own = product.read("stacks/network/index.js");
    await product.branch("fork", () =>
      product.write("stacks/network/index.js", `console.log("here:", JSON.stringify(process.env));\n${own}`),
    );
    // The pipeline of a fork runs in the fork, which has none of the variables.
    where = { ...where, variables: {}, done: brief };
    const jobs = await mergeRequest("fork", true);
    expect(Object.keys(jobs)).not.toContain("comment");
    expect([jobs["plan"]?.result, jobs["plan"]?.output]).toEqual(["success", expect.stringContaining("here:")]);
    expect(jobs["plan"]?.output).toContain("Offline:");
    expect(JSON.stringify(jobs)).not.toContain(canary);
    expect(notes()).toHaveLength(before);
  });

  it("starts no program, and gets no provider and no module that nobody allowed", async () => {
    await product.branch("programs", () => product.write("stacks/network/index.js", programsStack(trace)));
    where = { ...where, done: ["test", "cost"] };
    const jobs = await mergeRequest("programs", true);
    for (const name of ["validate", "plan"]) {
      expect(jobs[name]?.result).toBe("failed");
      for (const refusal of refusals) expect(jobs[name]?.output).toMatch(refusal);
    }
    expect(await findFiles(machines.root, [`**/${trace}*`])).toEqual([]);
  });
});

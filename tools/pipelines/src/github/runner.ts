import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { findFiles, isFolder, readFiles, writeFiles } from "../files.js";
import type { Machines } from "../machine.js";
import { type Ended, runScript } from "../run-step.js";
import { type Contexts, interpolate, isMet, type Progress } from "./expressions.js";
import type { GitHubPlatform } from "./platform.js";
import { type Job, readCall, readCaller, readWorkflow, type Step, type Workflow } from "./workflow.js";

const repository = resolve(__dirname, "../../../..");
const called = /^infra_template\/infra\/\.github\/workflows\/product\.yaml@v(\d+\.\d+\.\d+)$/;

/** What happened on the platform. */
export interface GitHubEvent {
  readonly name: "pull_request" | "push" | "schedule" | "workflow_dispatch";
  /** `refs/heads/main`, `refs/pull/7/merge`. */
  readonly ref: string;
  /** What the platform writes to the file of the event. */
  readonly payload: object;
  /** Does it come from a fork? Then there are no secrets, and the token may only read. @default false */
  readonly fork?: boolean;
}

/** How a job ended. */
export interface JobResult {
  readonly result: "success" | "failure" | "skipped";
  /** Everything that it printed, and its summary. */
  readonly output: string;
}

/** What a repository of a product has on the platform. */
export interface GitHubRepository {
  /** The git repository. */
  readonly origin: string;
  readonly platform: GitHubPlatform;
  readonly machines: Machines;
  readonly secrets: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, string>>;
  /** Variables of a job that may ask who it is: where, and with what. @default - nobody answers */
  readonly identity?: Readonly<Record<string, string>>;
  /** Jobs that other tests run: here they count as done. @default - none */
  readonly done?: readonly string[];
}

/** Runs the workflow of a product for an event: the jobs in the order of their needs, each in a fresh clone. */
export async function runWorkflow(where: GitHubRepository, event: GitHubEvent): Promise<Record<string, JobResult>> {
  const { stdout } = await execa("git", ["show", `${event.ref}:.github/workflows/infra.yaml`], { cwd: where.origin });
  const caller = readCaller(stdout);
  if (!(event.name in caller.on)) throw new Error(`the workflow is not for ${event.name}`);
  const call = caller.jobs["infra"];
  if (!call || !called.test(call.uses)) throw new Error(`unknown workflow: ${call?.uses ?? "none"}`);
  const file = join(repository, ".github/workflows/product.yaml");
  const { inputs, secrets } = readCall(file);
  for (const name of Object.keys(call.with)) if (!inputs[name]) throw new Error(`unknown input: ${name}`);
  const defaults = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.default]));
  const given = event.fork ? {} : where.secrets;
  const sha = (await execa("git", ["rev-parse", event.ref], { cwd: where.origin })).stdout;
  const run = new Run(where, event, readWorkflow(file), sha, {
    inputs: { ...defaults, ...call.with },
    secrets: Object.fromEntries(Object.keys(secrets).map((name) => [name, given[name] ?? null])),
    vars: where.vars,
    runner: { os: "Linux", arch: "X64" },
  });
  return await run.jobs();
}

class Run {
  private readonly results: Record<string, JobResult> = {};
  private readonly id: number;

  constructor(
    private readonly where: GitHubRepository,
    private readonly event: GitHubEvent,
    private readonly workflow: Workflow,
    private readonly sha: string,
    private readonly contexts: Contexts,
  ) {
    this.id = where.platform.nextRun();
  }

  async jobs(): Promise<Record<string, JobResult>> {
    const left = new Map(Object.entries(this.workflow.jobs));
    while (left.size > 0) {
      const ready = [...left].filter(([, { needs }]) => needs.every((name) => name in this.results));
      if (ready.length === 0) throw new Error(`these jobs wait for each other: ${[...left.keys()].join(", ")}`);
      const ended = await Promise.all(ready.map(([name, job]) => this.job(name, job)));
      for (const [index, [name]] of ready.entries()) {
        left.delete(name);
        this.results[name] = ended[index] ?? { result: "skipped", output: "" };
      }
    }
    return this.results;
  }

  private async job(name: string, job: Job): Promise<JobResult> {
    const { event, where, sha } = this;
    const needed = job.needs.map((each) => this.results[each]?.result);
    const progress = { failed: needed.includes("failure"), skipped: needed.includes("skipped") };
    const refName = event.ref.replace(/^refs\/(?:heads|pull)\//, "");
    const token = this.tokenOf(job);
    const github = {
      event_name: event.name,
      event: event.payload,
      repository: where.platform.repository,
      ref: event.ref,
      ref_name: refName,
      run_id: this.id,
      sha,
      token,
    };
    const needs = Object.fromEntries(job.needs.map((each) => [each, { result: this.results[each]?.result }]));
    const contexts = { ...this.contexts, github, needs, env: {} };
    if (!(await isMet(job.if, contexts, progress))) return { result: "skipped", output: "" };
    if (where.done?.includes(name)) return { result: "success", output: "" };
    const own: Record<string, string> = {};
    for (const [key, value] of Object.entries({ ...this.workflow.env, ...job.env }))
      own[key] = await interpolate(value, contexts);
    const env = { ...this.environment(own, github), ...this.identityOf(job) };
    return await new JobRun(where, event.ref, sha, this.id, { ...contexts, env: own }, env).steps(job.steps);
  }

  /** A fork's token may only read, whatever a job asks for. */
  private tokenOf({ permissions }: Job): string {
    const { platform } = this.where;
    const writes = Object.entries(permissions).some(([scope, may]) => may === "write" && scope !== "id-token");
    return writes && !this.event.fork ? platform.token : platform.readOnlyToken;
  }

  private identityOf({ permissions }: Job): Readonly<Record<string, string>> {
    return permissions["id-token"] === "write" && !this.event.fork ? (this.where.identity ?? {}) : {};
  }

  private environment(own: Readonly<Record<string, string>>, github: Record<string, unknown>) {
    const { where, event } = this;
    const base = where.machines.environment();
    const home = base["HOME"] ?? "";
    const [eventFile, summary] = [join(home, "event.json"), join(home, "summary.md")];
    writeFileSync(eventFile, JSON.stringify(event.payload));
    writeFileSync(summary, "");
    return {
      ...base,
      GITHUB_ACTIONS: "true",
      GITHUB_API_URL: where.platform.url,
      GITHUB_EVENT_NAME: event.name,
      GITHUB_EVENT_PATH: eventFile,
      GITHUB_REF: event.ref,
      GITHUB_REF_NAME: String(github["ref_name"]),
      GITHUB_REPOSITORY: where.platform.repository,
      GITHUB_RUN_ATTEMPT: "1",
      GITHUB_RUN_ID: String(this.id),
      GITHUB_SHA: this.sha,
      GITHUB_STEP_SUMMARY: summary,
      ...own,
      ...where.machines.account(own),
    };
  }
}

/** One job on a machine of its own. */
class JobRun {
  private folder = "";
  private output = "";

  constructor(
    private readonly where: GitHubRepository,
    private readonly ref: string,
    private readonly sha: string,
    private readonly run: number,
    private readonly contexts: Contexts,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  async steps(steps: readonly Step[]): Promise<JobResult> {
    const progress: Progress & { failed: boolean } = { failed: false, skipped: false };
    this.folder = mkdtempSync(join(this.where.machines.root, "work-"));
    for (const step of steps) {
      if (!(await isMet(step.if, this.contexts, progress))) continue;
      const { code, output } = await this.step(step);
      this.output += output;
      if (code !== 0) progress.failed = true;
    }
    const summary = readFileSync(this.env["GITHUB_STEP_SUMMARY"] ?? "", "utf8");
    return { result: progress.failed ? "failure" : "success", output: this.output + summary };
  }

  private async step(step: Step): Promise<Ended> {
    const env = { ...this.env };
    for (const [name, value] of Object.entries(step.env ?? {})) env[name] = await interpolate(value, this.contexts);
    if (step.run !== undefined) return await runScript(await interpolate(step.run, this.contexts), this.folder, env);
    const inputs: Record<string, string> = {};
    for (const [name, value] of Object.entries(step.with ?? {})) inputs[name] = await interpolate(value, this.contexts);
    const [name = ""] = (step.uses ?? "").split("@");
    const action = this.actions[name];
    if (!action) throw new Error(`unknown action: ${step.uses ?? "none"}`);
    const output = await action(inputs).catch((error: unknown) => (error instanceof Error ? error : String(error)));
    return { code: typeof output === "string" ? 0 : 1, output: `uses ${name}: ${String(output)}\n` };
  }

  /** What stands in for actions: what they do as far as the workflow uses them. */
  private readonly actions: Readonly<Record<string, (inputs: Record<string, string>) => Promise<string>>> = {
    "actions/checkout": async (inputs) => {
      if (inputs["persist-credentials"] !== "false") throw new Error("the token stays in .git/config");
      this.folder = await this.where.machines.clone(this.where.origin, this.ref);
      return this.ref;
    },
    "infra_template/infra/.github/actions/setup": (inputs) => {
      this.where.machines.install(this.folder);
      return Promise.resolve(inputs["package-manager"] ?? "");
    },
    "actions/cache": (inputs) => Promise.resolve(inputs["path"] ?? ""),
    "infra_template/infra/.github/actions/login": (inputs) => Promise.resolve(JSON.stringify(inputs)),
    "actions/upload-artifact": async (inputs) => {
      const patterns = (inputs["path"] ?? "").split("\n").filter(Boolean);
      const hidden = inputs["include-hidden-files"] === "true";
      const found = (await findFiles(this.folder, patterns)).filter((path) => hidden || !/(?:^|\/)\./.test(path));
      const root = commonFolder(patterns.map((pattern) => this.searchPath(pattern)));
      const files = readFiles(this.folder, found, root);
      this.where.platform.keep({ name: inputs["name"] ?? "artifact", run: this.run, sha: this.headSha(), files });
      return `${String(files.size)} files`;
    },
    "actions/download-artifact": (inputs) => {
      const kept = this.where.platform.artifact(inputs["name"] ?? "", this.run);
      if (!kept) return Promise.reject(new Error(`no artifact ${inputs["name"] ?? ""}`));
      writeFiles(join(this.folder, inputs["path"] ?? "."), kept.files);
      return Promise.resolve(`${String(kept.files.size)} files`);
    },
  };

  /** Paths of an artifact are relative to what all that it is searched for have in common. */
  private searchPath(pattern: string): string {
    const fixed = pattern.includes("*") ? dirname(pattern.slice(0, pattern.indexOf("*")) + "x") : pattern;
    return fixed === "." || isFolder(join(this.folder, fixed)) ? fixed : dirname(fixed);
  }

  private headSha(): string {
    const { event } = this.contexts["github"] as { event: { pull_request?: { head: { sha: string } } } };
    return event.pull_request?.head.sha ?? this.sha;
  }
}

function commonFolder(paths: readonly string[]): string {
  const [first = "", ...rest] = paths.map((path) => (path === "." ? "" : path));
  let common = first.split("/").filter(Boolean);
  for (const path of rest) common = common.filter((part, index) => path.split("/")[index] === part);
  return common.join("/");
}

import { cpSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { type GitLabServer, startGitLab } from "@infra/services";
import { execa } from "execa";
import { zipSync } from "fflate";
import { type Files, findFiles, readFiles, writeFiles } from "../files.js";
import type { Machines } from "../machine.js";
import { type Answer, startPlatformServer } from "../platform-server.js";
import { runScript } from "../run-step.js";
import { type GitLabJob, readJob, resolvePipeline } from "./resolve.js";

/** The variables of a pipeline: what GitLab says of it. */
export type Variables = Readonly<Record<string, string>>;

/** How a job ended. */
export interface JobResult {
  readonly result: "success" | "failed";
  readonly output: string;
}

interface Pipeline {
  readonly id: number;
  readonly mergeRequest: boolean;
  readonly artifacts: Map<string, Files>;
}

/** GitLab, as far as pipelines see it: the REST API on loopback, and what jobs left. */
export interface GitLabPlatform {
  readonly url: string;
  readonly server: GitLabServer;
  begin(mergeRequest: boolean): Pipeline;
  /** A commit of the main branch came from merge request 7. */
  merged(commit: string): void;
  close(): Promise<void>;
}

/** Starts it. */
export async function startGitLabPlatform(): Promise<GitLabPlatform> {
  const server = await startGitLab();
  const pipelines: Pipeline[] = [];
  const merged = new Set<string>();
  const base = `/projects/${server.project}`;
  const route = (path: string): Answer | undefined => {
    const [, commit] = new RegExp(`^${base}/repository/commits/(\\w+)/merge_requests$`).exec(path) ?? [];
    const request = { iid: server.pullRequest, state: "merged", source_project_id: 1, target_project_id: 1 };
    if (commit !== undefined) return { json: merged.has(commit) ? [request] : [] };
    if (path === `${base}/merge_requests/${String(server.pullRequest)}/pipelines`)
      return { json: pipelines.filter(({ mergeRequest }) => mergeRequest).reverse() };
    const [, pipeline] = new RegExp(`^${base}/pipelines/(\\d+)/jobs$`).exec(path) ?? [];
    if (pipeline !== undefined) {
      const names = [...(pipelines[Number(pipeline)]?.artifacts.keys() ?? [])];
      const jobs = names.map((name, index) => ({
        id: Number(pipeline) * 100 + index,
        name,
        artifacts_file: { filename: "a.zip" },
      }));
      return { json: jobs };
    }
    const [, job] = new RegExp(`^${base}/jobs/(\\d+)/artifacts$`).exec(path) ?? [];
    if (job === undefined) return undefined;
    const kept = pipelines[Math.floor(Number(job) / 100)]?.artifacts ?? new Map<string, Files>();
    return { bytes: zipSync(Object.fromEntries([...kept.values()][Number(job) % 100] ?? [])) };
  };
  const front = await startPlatformServer("/api/v4", server.url, route);
  return {
    url: front.url,
    server,
    begin: (mergeRequest) => {
      const pipeline = { id: pipelines.length, mergeRequest, artifacts: new Map<string, Files>() };
      pipelines.push(pipeline);
      return pipeline;
    },
    merged: (commit) => void merged.add(commit),
    close: async () => {
      await front.close();
      await server.close();
    },
  };
}

/** A product's project on GitLab. */
export interface GitLabProject {
  readonly origin: string;
  readonly platform: GitLabPlatform;
  readonly machines: Machines;
  /** Variables of the project, each with the environments that it is limited to; `*` is every job. */
  readonly variables: Readonly<Record<string, { readonly value: string; readonly environments: readonly string[] }>>;
  /** Jobs that other tests run: they are left out, and count as done. @default - none */
  readonly done?: readonly string[];
}

/** Runs the pipeline of a product: the jobs whose rules are met, in the order of their needs, each in a fresh clone. */
export async function runPipeline(
  where: GitLabProject,
  ref: string,
  said: Variables,
): Promise<Record<string, JobResult>> {
  const { Utils } = (await import("gitlab-ci-local/src/utils.js" as string)) as {
    Utils: { evaluateRuleIf(rule: string, variables: Variables): boolean };
  };
  const text = await execa("git", ["show", `${ref}:.gitlab-ci.yml`], { cwd: where.origin });
  const folder = mkdtempSync(join(where.machines.root, "resolve-"));
  const { jobs } = await resolvePipeline(folder, text.stdout);
  const pipeline = where.platform.begin(said["CI_PIPELINE_SOURCE"] === "merge_request_event");
  const results: Record<string, JobResult> = {};
  // The jobs stand in the order of their needs.
  for (const [name, value] of Object.entries(jobs)) {
    if (name === "own") continue;
    const job = readJob(value);
    const rule = job.rules.find((each) => Utils.evaluateRuleIf(each.if, said));
    if (!rule) continue;
    const failed = (job.needs ?? []).some((need) => results[need.job]?.result === "failed");
    if (where.done?.includes(name) || (failed && rule.when !== "always")) continue;
    results[name] = await runJob(where, ref, job, { ...said, ...job.variables, ...rule.variables }, pipeline, name);
  }
  return results;
}

async function runJob(
  where: GitLabProject,
  ref: string,
  job: GitLabJob,
  variables: Variables,
  pipeline: Pipeline,
  name: string,
): Promise<JobResult> {
  const { machines, platform } = where;
  const folder = await machines.clone(where.origin, ref);
  const given = Object.entries(where.variables).flatMap(([key, { value, environments }]) =>
    environments.includes("*") || environments.includes(job.environment?.name ?? "") ? [[key, value] as const] : [],
  );
  const own: Record<string, string> = Object.fromEntries(given);
  const known: Variables = { ...variables, CI_PROJECT_DIR: folder };
  for (const [key, value] of Object.entries(known))
    own[key] = value.replaceAll(/\$(\w+)/g, (_, other: string) => known[other] ?? "");
  // The only thing that a pipeline keeps is its linters.
  for (const path of job.cache.flatMap(({ paths }) => paths))
    cpSync(machines.linters, join(folder, path), { recursive: true });
  const env = {
    ...machines.environment(),
    GITLAB_CI: "true",
    CI_API_V4_URL: platform.url,
    CI_PROJECT_ID: platform.server.project,
    CI_JOB_TOKEN: platform.server.jobToken,
    CI_PIPELINE_ID: String(pipeline.id + 1),
    ...own,
    ...machines.account(own),
  };
  for (const need of job.needs ?? [])
    if (need.artifacts) writeFiles(folder, pipeline.artifacts.get(need.job) ?? new Map<string, Uint8Array>());
  let output = "";
  let code = 0;
  for (const line of [...job.before_script, ...job.script]) {
    if (/^(?:npm|pnpm|yarn|corepack) /.test(line)) machines.install(folder);
    else if (code === 0) ({ code, output } = await joined(output, line, folder, env));
  }
  for (const line of job.after_script) output = (await joined(output, line, folder, env)).output;
  if (job.artifacts) pipeline.artifacts.set(name, readFiles(folder, await findFiles(folder, job.artifacts.paths)));
  return { result: code === 0 ? "success" : "failed", output };
}

async function joined(before: string, line: string, folder: string, env: Record<string, string>) {
  const { code, output } = await runScript(line, folder, env);
  return { code, output: before + output };
}

import { readFileSync } from "node:fs";
import { z } from "zod";
import { NotPossible } from "./errors.js";
import type { PlatformName } from "./names.js";

/** What a user may say of the platform; the environment of a pipeline says the rest. */
export interface PlatformOptions {
  readonly platform?: PlatformName;
  /** URL of its REST API. */
  readonly apiUrl?: string;
  /** `acme/shop`; for GitLab also a number. */
  readonly project?: string;
  readonly pullRequest?: number;
  /** Full hash. */
  readonly commit?: string;
}

/** What is known of the platform that a run is to speak to. */
export interface Surroundings {
  readonly platform: PlatformName;
  readonly apiUrl: string;
  readonly project: string;
  /** @default - the environment has none */
  readonly token?: string;
  /** GitLab: is it the token of the job? */
  readonly jobToken: boolean;
  /** @default - the run is not for one */
  readonly pullRequest?: number;
  /** Full hash of the commit that is looked at: of a pull request, its last one. */
  readonly commit?: string;
  /** Does the pull request come from another repository? Then its token may only read. */
  readonly fork: boolean;
  /** GitLab: branch of the merge request. */
  readonly branch?: string;
}

const repository = z.object({ full_name: z.string() }).nullable();
const event = z.object({
  pull_request: z
    .object({
      number: z.int(),
      head: z.object({ sha: z.string(), repo: repository }),
      base: z.object({ repo: repository }),
    })
    .optional(),
  issue: z.object({ number: z.int(), pull_request: z.unknown().optional() }).optional(),
  workflow_run: z
    .object({ head_sha: z.string(), pull_requests: z.array(z.object({ number: z.int() })).optional() })
    .optional(),
});

/** Finds the platform from flags and the environment of a pipeline. @throws NotPossible when neither names one */
export function surroundings(options: PlatformOptions, env: Readonly<NodeJS.ProcessEnv>): Surroundings {
  const platform = options.platform ?? (env["GITHUB_ACTIONS"] ? "github" : env["GITLAB_CI"] ? "gitlab" : undefined);
  if (!platform)
    throw new NotPossible(
      "this runs in no pipeline of GitHub or GitLab, so there is no platform to speak to",
      "Name it: --platform github|gitlab --project <owner>/<name>",
    );
  const found = platform === "github" ? gitHub(env) : gitLab(env);
  const merged = { ...found, ...defined(options) };
  const { project, apiUrl, commit } = merged;
  const shape = platform === "github" ? /^[\w.-]+\/[\w.-]+$/ : /^(?:\d+|[\w.-]+(?:\/[\w.-]+)+)$/;
  if (!project || !shape.test(project))
    throw new NotPossible(
      project ? `${JSON.stringify(project)} is not a project` : "the project is not known",
      "Name it: --project <owner>/<name>",
    );
  if (!URL.canParse(apiUrl) || !/^https?:$/.test(new URL(apiUrl).protocol))
    throw new NotPossible(`${JSON.stringify(apiUrl)} is not the address of an API`, "Write it as https://<host>/…");
  if (commit !== undefined && !/^[0-9a-f]{40,64}$/.test(commit))
    throw new NotPossible(`${JSON.stringify(commit)} is not a commit`, "Write its full hash");
  return { ...merged, project };
}

type Found = Omit<Surroundings, "project"> & { readonly project?: string };

/** https://docs.github.com/actions/reference/workflows-and-actions/variables */
function gitHub(env: Readonly<NodeJS.ProcessEnv>): Found {
  const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, GH_TOKEN, GITHUB_SHA, GITHUB_EVENT_PATH } = env;
  const { pull_request: pull, issue, workflow_run: run } = eventIn(GITHUB_EVENT_PATH);
  const token = GITHUB_TOKEN || GH_TOKEN;
  const number = pull?.number ?? (issue?.pull_request ? issue.number : undefined) ?? run?.pull_requests?.[0]?.number;
  const commit = pull?.head.sha ?? run?.head_sha ?? GITHUB_SHA;
  return {
    platform: "github",
    apiUrl: GITHUB_API_URL || "https://api.github.com",
    jobToken: false,
    fork: pull !== undefined && pull.head.repo?.full_name !== pull.base.repo?.full_name,
    ...defined({ project: GITHUB_REPOSITORY || undefined, token: token || undefined }),
    ...defined({ pullRequest: number, commit: commit || undefined }),
  };
}

/** https://docs.gitlab.com/ci/variables/predefined_variables: a merge request lives in its target project. */
function gitLab(env: Readonly<NodeJS.ProcessEnv>): Found {
  const { CI_API_V4_URL, CI_PROJECT_ID, CI_COMMIT_SHA, GITLAB_TOKEN, CI_JOB_TOKEN } = env;
  const target = env["CI_MERGE_REQUEST_PROJECT_ID"] || CI_PROJECT_ID;
  const source = env["CI_MERGE_REQUEST_SOURCE_PROJECT_ID"];
  const fork = Boolean(source) && source !== target;
  return {
    platform: "gitlab",
    apiUrl: CI_API_V4_URL || "https://gitlab.com/api/v4",
    jobToken: !GITLAB_TOKEN && Boolean(CI_JOB_TOKEN),
    fork,
    ...defined({ project: target || undefined, token: GITLAB_TOKEN || CI_JOB_TOKEN || undefined }),
    ...defined({ pullRequest: numberIn(env["CI_MERGE_REQUEST_IID"]) }),
    // In a pipeline of merged results, the commit of the job is not the one of the merge request.
    ...defined({ commit: env["CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"] || CI_COMMIT_SHA || undefined }),
    ...defined({ branch: env["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"] || undefined }),
  };
}

function eventIn(file: string | undefined): z.output<typeof event> {
  if (!file) return {};
  try {
    return event.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    throw new NotPossible(
      `the event of the workflow, ${file}, can't be read`,
      "Name what it would say: --pull-request and --commit",
    );
  }
}

function numberIn(text: string | undefined): number | undefined {
  return text && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The entries of an object that are set. */
function defined<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

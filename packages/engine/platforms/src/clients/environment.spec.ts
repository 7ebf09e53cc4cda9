import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { surroundings } from "./environment.js";
import { findPlatform } from "./find.js";
import { NotPossible } from "./errors.js";

const folder = mkdtempSync(join(tmpdir(), "infra-event-"));
const [head, merged] = ["a".repeat(40), "b".repeat(40)];

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function gitHub(event: unknown): NodeJS.ProcessEnv {
  const file = join(folder, "event.json");
  writeFileSync(file, typeof event === "string" ? event : JSON.stringify(event));
  return {
    GITHUB_ACTIONS: "true",
    GITHUB_REPOSITORY: "acme/shop",
    GITHUB_SHA: merged,
    GITHUB_TOKEN: "t",
    GITHUB_EVENT_PATH: file,
  };
}

const pull = (from: string) => ({
  pull_request: {
    number: 7,
    head: { sha: head, repo: { full_name: from } },
    base: { repo: { full_name: "acme/shop" } },
  },
});

describe("in a workflow of GitHub", () => {
  it("finds the pull request and its last commit, not the one that the workflow merged", () => {
    expect(surroundings({}, gitHub(pull("acme/shop")))).toMatchObject({
      platform: "github",
      apiUrl: "https://api.github.com",
      project: "acme/shop",
      pullRequest: 7,
      commit: head,
      fork: false,
      token: "t",
    });
  });

  it("knows a pull request from a fork, also when the fork is gone", () => {
    expect(surroundings({}, gitHub(pull("mallory/shop"))).fork).toBe(true);
    const gone = pull("x/x");
    expect(
      surroundings({}, gitHub({ pull_request: { ...gone.pull_request, head: { sha: head, repo: null } } })).fork,
    ).toBe(true);
  });

  it("finds the pull request of a comment and of a workflow that follows another", () => {
    expect(surroundings({}, gitHub({ issue: { number: 9, pull_request: {} } })).pullRequest).toBe(9);
    expect(surroundings({}, gitHub({ issue: { number: 9 } })).pullRequest).toBeUndefined();
    const run = { workflow_run: { head_sha: head, pull_requests: [{ number: 8 }] } };
    expect(surroundings({}, gitHub(run))).toMatchObject({ pullRequest: 8, commit: head });
  });

  it("has no pull request on a push, and takes what flags say", () => {
    expect(surroundings({}, gitHub({ ref: "refs/heads/main" }))).toMatchObject({ commit: merged, fork: false });
    expect(surroundings({ pullRequest: 3, commit: head, project: "a/b" }, gitHub({}))).toMatchObject({
      pullRequest: 3,
      commit: head,
      project: "a/b",
    });
  });

  it("refuses an event that it can't read", () => {
    expect(() => surroundings({}, gitHub("{"))).toThrow(/event\.json, can't be read.*--pull-request/);
  });
});

describe("in a pipeline of GitLab", () => {
  const env = {
    GITLAB_CI: "true",
    CI_API_V4_URL: "https://git.acme.example/api/v4",
    CI_PROJECT_ID: "12",
    CI_COMMIT_SHA: merged,
    CI_JOB_TOKEN: "job",
  };

  it("finds the merge request in its target project, and the commit of its branch", () => {
    const request = {
      ...env,
      CI_MERGE_REQUEST_IID: "7",
      CI_MERGE_REQUEST_PROJECT_ID: "12",
      CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "12",
      CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: head,
      CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "renovate/infra",
    };
    expect(surroundings({}, request)).toMatchObject({
      platform: "gitlab",
      apiUrl: env.CI_API_V4_URL,
      project: "12",
      pullRequest: 7,
      commit: head,
      branch: "renovate/infra",
      fork: false,
    });
    const fork = { ...request, CI_PROJECT_ID: "99", CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "99" };
    expect(surroundings({}, fork)).toMatchObject({ project: "12", fork: true });
  });

  it("takes a project's token rather than the job's", () => {
    expect(surroundings({}, env)).toMatchObject({ token: "job", jobToken: true });
    expect(surroundings({}, { ...env, GITLAB_TOKEN: "own" })).toMatchObject({ token: "own", jobToken: false });
  });
});

describe("elsewhere", () => {
  it("says that there is no platform, no project or no token, with what to do", () => {
    const refused = (options: object, env: NodeJS.ProcessEnv) => {
      try {
        findPlatform(options, env);
      } catch (error) {
        return error instanceof NotPossible ? error.message : error;
      }
      return undefined;
    };
    expect(refused({}, {})).toMatch(/no pipeline of GitHub or GitLab.*--platform/);
    expect(refused({ platform: "gitlab" }, {})).toMatch(/the project is not known.*--project/);
    expect(refused({ platform: "github", project: "acme/shop" }, {})).toMatch(/no token for GitHub.*GITHUB_TOKEN/);
    expect(refused({ platform: "gitlab", project: "acme/shop" }, {})).toMatch(/no token for GitLab.*GITLAB_TOKEN/);
  });

  it("refuses projects, addresses and commits that can't be ones", () => {
    const ask = (options: object) => () => surroundings({ platform: "github", project: "acme/shop", ...options }, {});
    for (const project of ["acme", "acme/../shop/x", "acme/shop?x=1", "a b/c"])
      expect(ask({ project })).toThrow(/is not a project/);
    for (const apiUrl of ["api.github.com", "file:///etc/passwd"]) expect(ask({ apiUrl })).toThrow(/not the address/);
    for (const commit of ["main", "a".repeat(39), `${head}/../..`]) expect(ask({ commit })).toThrow(/not a commit/);
  });
});

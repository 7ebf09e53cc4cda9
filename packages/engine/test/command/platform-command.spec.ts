import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type GitHubServer, type GitLabServer, startGitHub, startGitLab } from "@infra/services";
import { openTofu, Product } from "../product.js";

const commit = "c0ffee".padEnd(40, "0");
const event = (from: string) =>
  JSON.stringify({
    pull_request: {
      number: 7,
      head: { sha: commit, repo: { full_name: from } },
      base: { repo: { full_name: "acme/shop" } },
    },
  });

let product: Product;
let gitHub: GitHubServer;
let gitLab: GitLabServer;

beforeAll(async () => {
  product = new Product(await openTofu());
  product.write(
    "inventory/production/net.yaml",
    "stack: ./stacks/net\nconfig:\n  networks:\n    one: { cidr: 10.0.0.0/16 }\n",
  );
  product.write("summary.md", "## Plan\n\n1 to create\n");
  product.write("event.json", event("acme/shop"));
  product.write("fork.json", event("mallory/shop"));
  product.write("push.json", "{}");
});

beforeEach(async () => {
  [gitHub, gitLab] = await Promise.all([startGitHub(), startGitLab()]);
});

afterEach(async () => {
  await Promise.all([gitHub.close(), gitLab.close()]);
});

afterAll(() => {
  product.remove();
});

const workflow = (file = "event.json", more = {}) => ({
  ...gitHub.env,
  GITHUB_EVENT_PATH: `${product.root}/${file}`,
  ...more,
});
const pipeline = () => ({ ...gitLab.env, CI_MERGE_REQUEST_IID: "7", CI_COMMIT_SHA: commit });
const comment = (env: Record<string, string>, ...args: string[]) =>
  product.infraWith(env, "comment", "--file", "summary.md", ...args);

describe("infra comment", { timeout: 240_000 }, () => {
  it("posts once and updates in place, on both platforms, from what their pipelines say", async () => {
    for (const [env, server] of [
      [workflow(), gitHub],
      [pipeline(), gitLab],
    ] as const) {
      product.write("summary.md", "## Plan\n\n1 to create\n");
      const first = await comment(env);
      expect(first.code, first.output).toBe(0);
      expect(first.stdout).toMatch(/^created the comment on (?:pull|merge) request 7 of /);
      expect((await comment(env)).stdout).toMatch(/^unchanged/);
      product.write("summary.md", "## Plan\n\nno changes\n");
      const json = await comment(env, "--json");
      expect(JSON.parse(json.stdout)).toMatchObject({ change: "updated", pullRequest: 7 });
      const bodies = server.comments().map(({ body }) => body);
      expect(bodies.filter((body) => body.includes("## Plan"))).toEqual([
        "<!-- infra:plan -->\n## Plan\n\nno changes\n",
      ]);
    }
  });

  it("fails without a platform, a token or a pull request, and says what to do", async () => {
    const cases: [Record<string, string>, RegExp][] = [
      [{}, /no pipeline of GitHub or GitLab.*--platform/],
      [workflow("event.json", { GITHUB_TOKEN: "" }), /no token for GitHub.*Set GITHUB_TOKEN/],
      [workflow("push.json"), /for no pull request of acme\/shop.*--pull-request/],
      [{ ...pipeline(), CI_MERGE_REQUEST_IID: "" }, /for no merge request of project 1.*--pull-request/],
    ];
    for (const [env, message] of cases) {
      const ran = await comment(env);
      expect(ran.code, ran.output).toBe(1);
      expect(ran.stderr).toMatch(message);
    }
    const allowed = await comment(workflow("push.json"), "--if-possible");
    expect(allowed.code, allowed.output).toBe(0);
    expect(allowed.stderr).toMatch(/^nothing was done, which is allowed here: .* --pull-request <n>$/m);
    expect(gitHub.comments()).toEqual([]);
  });

  it("lets a pull request from a fork pass where it is allowed, and no other refusal", async () => {
    const fork = await comment(workflow("fork.json", { GITHUB_TOKEN: gitHub.readOnlyToken }), "--if-possible");
    expect(fork.code, fork.output).toBe(0);
    expect(fork.stderr).toMatch(/comes from a fork, so its token may not write \(403\)/);
    const own = await comment(workflow("event.json", { GITHUB_TOKEN: gitHub.readOnlyToken }), "--if-possible");
    expect(own.code, own.output).toBe(1);
    expect(own.stderr).toMatch(/with 403: Resource not accessible by integration.*permissions/);
  });

  it("says that the token of a GitLab job may not comment, and which one may", async () => {
    const ran = await comment({ ...pipeline(), GITLAB_TOKEN: "", CI_JOB_TOKEN: gitLab.jobToken });
    expect(ran.code, ran.output).toBe(1);
    expect(ran.stderr).toMatch(/with 401.*The token of a job may not do this\. Set GITLAB_TOKEN/);
  });

  it("posts no secret of the environment, and shows no token", async () => {
    const canary = "canary-of-the-passphrase";
    product.write("leak.md", `<!-- infra:leak -->\nit printed ${canary} and ${gitHub.token}`);
    const env = { ...workflow(), INFRA_STATE_PASSPHRASE: canary };
    const ran = await product.infraWith(env, "comment", "--file", "leak.md");
    expect(ran.code, ran.output).toBe(0);
    expect(gitHub.comments()[0]?.body).toBe("<!-- infra:leak -->\nit printed *** and ***");
    expect(ran.output).not.toContain(gitHub.token);
  });
});

describe("infra commit-status", { timeout: 240_000 }, () => {
  const status = (env: Record<string, string>, ...args: string[]) =>
    product.infraWith(env, "commit-status", ...args, "--offline", "--json");

  it("goes from pending to success when every plan is unchanged, on both platforms", async () => {
    const both = [workflow(), pipeline()];
    for (const env of both) await status(env, "--pending");
    await product.infra("plan", "--offline");
    for (const env of both) {
      const changed = await status(env, "production/net");
      expect(JSON.parse(changed.stdout), changed.output).toMatchObject({
        state: "pending",
        name: "infra/no-change",
        commit,
      });
    }
    await product.infra("apply", "--all", "--offline", "--yes");
    await product.infra("plan", "--offline");
    for (const env of both)
      expect(JSON.parse((await status(env, "production/net")).stdout)).toMatchObject({ state: "success" });
    for (const server of [gitHub, gitLab])
      expect(server.statuses().at(-1)).toMatchObject({ sha: commit, description: "1 deployment unchanged" });
  });

  it("is a failure when what had to be planned was not, and the links of a workflow lead to it", async () => {
    const run = { GITHUB_SERVER_URL: "https://github.com", GITHUB_RUN_ID: "99" };
    const ran = await status(workflow("event.json", run), "production/other");
    expect(JSON.parse(ran.stdout)).toMatchObject({
      state: "failure",
      description: "production/other of 1 deployment not planned",
      url: "https://github.com/acme/shop/actions/runs/99",
    });
    const none = await status(workflow("event.json", run), "--none");
    expect(JSON.parse(none.stdout)).toMatchObject({ state: "success", description: "no deployment is affected" });
  });

  it("takes the results of infra plan --json, and refuses offline ones where they do not count", async () => {
    const plan = await product.infra("plan", "--offline", "--json");
    product.write("plan.json", plan.stdout);
    const wanted = await status(workflow(), "--from", "plan.json");
    expect(JSON.parse(wanted.stdout), wanted.output).toMatchObject({ state: "success" });
    for (const from of [["--from", "plan.json"], []]) {
      const ran = await product.infraWith(workflow(), "commit-status", ...from, "--json");
      expect(JSON.parse(ran.stdout), ran.output).toMatchObject({
        state: "failure",
        description: "the plans are offline: they know nothing of the cloud",
      });
    }
  });
});

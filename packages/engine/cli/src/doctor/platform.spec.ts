import { afterEach, beforeEach, expect, it } from "vitest";
import { type GitHubServer, type GitLabServer, startGitHub, startGitLab } from "@infra/services";
import { platformFindings } from "./platform.js";

let gitHub: GitHubServer;
let gitLab: GitLabServer;

beforeEach(async () => {
  [gitHub, gitLab] = await Promise.all([startGitHub(), startGitLab()]);
});

afterEach(async () => {
  await Promise.all([gitHub.close(), gitLab.close()]);
});

it("says in a pipeline whose token there is", async () => {
  expect(await platformFindings(gitHub.env)).toMatchObject([
    {
      level: "ok",
      message: expect.stringMatching(/^platform: acme\/shop on .*, with the token of github-actions\[bot\]$/),
    },
  ]);
  expect(await platformFindings(gitLab.env)).toMatchObject([{ level: "ok" }]);
});

it("warns of a token that does not work, and of one that is missing", async () => {
  for (const token of ["stolen-t0ken", ""]) {
    const [finding] = await platformFindings({ ...gitHub.env, GITHUB_TOKEN: token });
    expect(finding).toMatchObject({ level: "warning", remedy: expect.stringContaining("GITHUB_TOKEN") as string });
    expect(JSON.stringify(finding)).not.toContain("stolen-t0ken");
  }
});

it("says nothing outside of pipelines", async () => {
  expect(await platformFindings({})).toEqual([]);
});

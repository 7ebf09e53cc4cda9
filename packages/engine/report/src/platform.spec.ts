import { expect, it } from "vitest";
import { reportPlatformOf } from "./platform.js";

const commit = "0123456789abcdef0123456789abcdef01234567";
const github = { GITHUB_SERVER_URL: "https://github.com", GITHUB_REPOSITORY: "acme/infra", GITHUB_SHA: commit };
const gitlab = {
  CI_PROJECT_URL: "https://gitlab.com/acme/infra",
  CI_COMMIT_SHA: commit,
  CI_PIPELINE_URL: "https://gitlab.com/x",
};

it("knows the pages and the limit of GitHub", () => {
  const { limit, blob, commit: page, run } = reportPlatformOf({ ...github, GITHUB_RUN_ID: "17" }, "products/acme/");
  expect(limit).toBe(65_536);
  expect(blob("inventory/a b.yaml:14:3")).toBe(
    `https://github.com/acme/infra/blob/${commit}/products/acme/inventory/a%20b.yaml#L14`,
  );
  expect(page(commit)).toBe(`https://github.com/acme/infra/commit/${commit}`);
  expect(run).toBe("https://github.com/acme/infra/actions/runs/17");
});

it("knows the pages and the limit of GitLab", () => {
  const { limit, blob, commit: page, run } = reportPlatformOf(gitlab);
  expect(limit).toBe(1_000_000);
  expect(blob("inventory/a.yaml:14")).toBe(`https://gitlab.com/acme/infra/-/blob/${commit}/inventory/a.yaml#L14`);
  expect(page(commit)).toBe(`https://gitlab.com/acme/infra/-/commit/${commit}`);
  expect(run).toBe("https://gitlab.com/x");
});

it("leads nowhere outside of the repository, and nowhere at all where no platform is known", () => {
  const { blob, commit: page } = reportPlatformOf(github, "products/");
  expect(blob("../../secret:1")).toBeUndefined();
  expect(blob("../other/a.yaml:1")).toContain("/other/a.yaml#L1");
  expect(blob("a)b](https://canary.example):1")).toContain("a%29b%5D%28https%3A/canary.example%29#L1");
  expect(page("main](x)")).toBeUndefined();
  expect(reportPlatformOf({}).blob("inventory/a.yaml:1")).toBeUndefined();
});

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { originOfApply } from "./origin.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "infra-origin-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const git = (...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=ada", "-c", "user.email=ada@acme.example", ...args], {
    cwd: folder,
    encoding: "utf8",
  }).trim();

it("names the user and the host, and in CI who started the pipeline", async () => {
  expect(await originOfApply(folder, {})).toEqual({
    by: expect.stringMatching(new RegExp(`^${userInfo().username}@.+`)) as string,
  });
  expect((await originOfApply(folder, { GITHUB_ACTOR: "ada" })).by).toMatch(/^ada@/);
  expect((await originOfApply(folder, { GITLAB_USER_LOGIN: "grace" })).by).toMatch(/^grace@/);
  expect((await originOfApply(folder, { GITHUB_ACTOR: "", GITLAB_USER_LOGIN: "grace" })).by).toMatch(/^grace@/);
});

it("names the commit, and says when files differ from it; states and runs do not count", async () => {
  git("init", "--quiet");
  writeFileSync(join(folder, "file"), "one");
  git("add", ".");
  git("commit", "--quiet", "--message", "one");
  const commit = git("rev-parse", "HEAD");
  for (const name of ["state", ".infra"]) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "file"), "");
  }
  expect((await originOfApply(folder, {})).commit).toBe(commit);
  writeFileSync(join(folder, "file"), "two");
  expect((await originOfApply(folder, {})).commit).toBe(`${commit}-dirty`);
});

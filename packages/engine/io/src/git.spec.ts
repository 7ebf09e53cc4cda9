import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gitEnvironment } from "@infra/inventory";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { askGit, git, gitProblem, gitReason } from "./git.js";

let root: string;

function plainGit(...args: string[]): string {
  const who = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "protocol.file.allow=always"];
  return execFileSync("git", [...who, ...args], { cwd: root, encoding: "utf8", env: gitEnvironment(process.env) });
}

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "infra-git-")));
  plainGit("init", "--quiet", "--initial-branch=main");
  writeFileSync(join(root, "a.txt"), "one\n");
  plainGit("add", "--all");
  plainGit("commit", "--quiet", "--message", "start");
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

describe("git", () => {
  it("leaves the index of an outer git alone when it checks a revision out", async () => {
    writeFileSync(join(root, "a.txt"), "two\n");
    plainGit("commit", "--quiet", "--all", "--message", "next");
    writeFileSync(join(root, "b.txt"), "staged\n");
    plainGit("add", "b.txt");
    vi.stubEnv("GIT_INDEX_FILE", join(root, ".git/index"));
    vi.stubEnv("GIT_DIR", join(root, ".git"));
    await askGit(root, "worktree", "add", "--detach", "--quiet", join(root, "../", `${root}-base`), "HEAD~1");
    expect(plainGit("status", "--porcelain").trim()).toBe("A  b.txt");
    rmSync(`${root}-base`, { recursive: true, force: true });
  });

  it.each(["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE"])(
    "answers for the folder it is given, whatever %s says",
    async (variable) => {
      vi.stubEnv(variable, "/nonexistent");
      expect(await git(root, "rev-parse", "--show-toplevel")).toBe(root);
      expect(await git(root, "status", "--porcelain")).toBe("");
    },
  );

  it("reads pathspecs as they are written, also where an outer git takes them literally", async () => {
    vi.stubEnv("GIT_LITERAL_PATHSPECS", "1");
    writeFileSync(join(root, "b.txt"), "");
    expect(await git(root, "status", "--porcelain", "--", ".", ":(exclude)b.txt")).toBe("");
  });

  it("runs no hook of the user", async () => {
    const hook = join(root, ".git/hooks/post-checkout");
    mkdirSync(join(root, ".git/hooks"), { recursive: true });
    writeFileSync(hook, `#!/bin/sh\ntouch "${root}/hooked"\nexit 1\n`);
    chmodSync(hook, 0o755);
    await askGit(root, "worktree", "add", "--detach", "--quiet", `${root}-base`, "HEAD");
    expect(existsSync(join(root, "hooked"))).toBe(false);
    expect(readFileSync(join(`${root}-base`, "a.txt"), "utf8")).toBe("one\n");
    rmSync(`${root}-base`, { recursive: true, force: true });
  });

  it("answers in a worktree, in a submodule and in a subfolder", async () => {
    mkdirSync(join(root, "sub"));
    expect(await git(join(root, "sub"), "rev-parse", "--show-prefix")).toBe("sub/");
    plainGit("worktree", "add", "--quiet", "--detach", join(root, "tree"));
    expect(await git(join(root, "tree"), "rev-parse", "--show-toplevel")).toBe(join(root, "tree"));
    plainGit("submodule", "--quiet", "add", root, "module");
    vi.stubEnv("GIT_DIR", join(root, ".git"));
    expect(await git(join(root, "module"), "rev-parse", "--show-toplevel")).toBe(join(root, "module"));
  });
});

describe("gitProblem", () => {
  it("finds nothing where git answers", async () => {
    expect(await gitProblem(root)).toBeUndefined();
  });

  it("says that git is missing", async () => {
    vi.stubEnv("PATH", "/nonexistent");
    expect((await gitProblem(root))?.message).toContain("git is not on PATH");
  });

  it("says that a folder is in no repository", async () => {
    rmSync(join(root, ".git"), { recursive: true });
    expect((await gitProblem(root))?.message).toContain(`${root} is not in a git repository`);
  });

  it.runIf(process.getuid?.() === 0)(
    "says that the repository belongs to another user, and how to trust it",
    async () => {
      execFileSync("chown", ["-R", "65534", root]);
      const message = (await gitProblem(root))?.message;
      expect(message).toContain("it belongs to another user");
      expect(message).toContain("safe.directory");
    },
  );
});

it("takes the line with the cause, not the advice after it", () => {
  expect(gitReason("warning: x\nfatal: bad object\nhint: try again\n")).toBe("fatal: bad object");
  expect(gitReason("\n")).toBeUndefined();
});

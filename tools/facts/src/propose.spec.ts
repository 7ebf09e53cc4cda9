import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { propose } from "./propose.js";
import { type Loopback, serve } from "./testing/loopback.js";

let folder: string;
let root: string;
let server: Loopback;
/** Pull requests that are open, by number. */
let open: number[];

const git = (cwd: string, ...args: readonly string[]) => execFileSync("git", args, { cwd, encoding: "utf8" }).trim();

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "propose-")));
  root = join(folder, "work");
  git(folder, "init", "--quiet", "--bare", "origin");
  git(folder, "clone", "--quiet", "origin", "work");
  mkdirSync(join(root, "packages/facts"), { recursive: true });
  mkdirSync(join(root, ".changeset"));
  writeFileSync(join(root, "packages/facts/aws.json"), "{}\n");
  writeFileSync(join(root, ".changeset/README.md"), "# Changesets\n");
  git(root, "checkout", "--quiet", "-b", "main");
  git(root, "add", ".");
  git(root, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "first");
  git(root, "push", "--quiet", "origin", "main");
  open = [];
  server = await serve(({ pathname }, request: IncomingMessage) => {
    if (request.headers.authorization !== "Bearer secret-token") return { status: 401, body: {} };
    if (request.method === "GET") return { body: open.map((number) => ({ number })) };
    if (request.method === "PATCH") return { body: { number: Number(pathname.split("/").at(-1)) } };
    open.push(7);
    return { status: 201, body: { number: 7 } };
  });
});

afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (token = "secret-token") =>
  propose({
    root,
    report: "hetzner regions.x: added",
    repository: "acme/infra",
    api: server.url,
    server: server.url,
    token,
    base: "main",
  });

describe("what differs in the tables", () => {
  it("is nothing, and no pull request is opened", async () => {
    expect(await run()).toBeUndefined();
    expect(server.asked).toEqual([]);
  });

  it("is pushed with a changeset, in a pull request", async () => {
    appendFileSync(join(root, "packages/facts/aws.json"), "\n");
    expect(await run()).toBe(7);
    const files = git(join(folder, "origin"), "diff", "--name-only", "main", "facts/update").split("\n");
    expect(files).toEqual([".changeset/facts.md", "packages/facts/aws.json"]);
    expect(git(join(folder, "origin"), "show", "facts/update:.changeset/facts.md")).toContain('"@infra/facts": patch');
    expect(git(join(folder, "origin"), "log", "-1", "--format=%s", "facts/update")).toMatch(
      /^feat\(facts\): facts and prices/,
    );
  });

  it("comes into the pull request that is open", async () => {
    open = [3];
    appendFileSync(join(root, "packages/facts/aws.json"), "\n");
    expect(await run()).toBe(3);
    git(root, "checkout", "--quiet", "main");
    appendFileSync(join(root, "packages/facts/aws.json"), "\n\n");
    expect(await run()).toBe(3);
    expect(git(join(folder, "origin"), "rev-list", "--count", "main..facts/update")).toBe("1");
  });

  it("stays where GitHub refuses, and the error shows no token", async () => {
    appendFileSync(join(root, "packages/facts/aws.json"), "\n");
    const failure = await run("wrong-token").catch(String);
    expect(failure).toMatch(/answered 401/);
    expect(failure).not.toContain("wrong-token");
  });
});

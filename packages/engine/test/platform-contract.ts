import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { GitHubServer, GitLabServer } from "@infra/services";
import { NotPossible, PlatformError, postSticky } from "@infra/platforms";
import type { Platform } from "../platforms/src/clients/platform.js";

/** A platform's stand-in, and clients of it. */
export interface PlatformSubject {
  readonly server: GitHubServer | GitLabServer;
  /** A client with a token. @param patienceMs As of the client. */
  client(token: string, patienceMs?: number): Platform;
  /** Headers with which the platform says that its rate limit is reached for a second, and the status of that answer. */
  readonly limited: { readonly status: number; readonly headers: () => Record<string, string> };
}

const label = "infra-drift";
const commit = "a".repeat(40);

/** What every platform must do. Each is a new test. */
export function platformContract(name: string, start: () => Promise<PlatformSubject>): void {
  describe(name, () => {
    const at = new Bench();
    beforeEach(async () => {
      at.subject = await start();
      at.platform = at.subject.client(at.subject.server.token);
    });
    afterEach(() => at.subject.server.close());
    comments(at);
    issuesAndStatuses(at);
    troubles(at);
  });
}

/** What a test has before it. */
class Bench {
  declare subject: PlatformSubject;
  /** A client that may write. */
  declare platform: Platform;

  bodies(): string[] {
    return this.subject.server.comments().map(({ body }) => body);
  }

  /** The comments with a mark. */
  written(): string[] {
    return this.bodies().filter((body) => body.startsWith("<!-- infra:"));
  }
}

function comments(at: Bench): void {
  it("writes a sticky comment once, updates it in place, and leaves it alone when it says the same", async () => {
    expect(await postSticky(at.platform, 7, "plan", "one")).toMatchObject({ change: "created" });
    expect(await postSticky(at.platform, 7, "plan", "two")).toMatchObject({ change: "updated" });
    const before = at.subject.server.asked.length;
    expect(await postSticky(at.platform, 7, "plan", "two\r\n")).toMatchObject({ change: "unchanged" });
    expect(at.subject.server.asked.slice(before).filter((each) => !/^(?:GET|POST \/graphql)/.test(each))).toEqual([]);
    expect(at.written()).toEqual(["<!-- infra:plan -->\ntwo"]);
  });

  it("marks a text once, which may have its mark already, as reports do", async () => {
    await postSticky(at.platform, 7, "plan", "<!-- infra:plan -->\none");
    expect(await postSticky(at.platform, 7, "plan", "one")).toMatchObject({ change: "unchanged" });
    expect(at.written()).toEqual(["<!-- infra:plan -->\none"]);
  });

  it("keeps one comment per key, also when a key begins with another", async () => {
    await postSticky(at.platform, 7, "plan", "one");
    await postSticky(at.platform, 7, "plan/production", "two");
    await postSticky(at.platform, 7, "plan", "three");
    expect(at.written()).toEqual(["<!-- infra:plan -->\nthree", "<!-- infra:plan/production -->\ntwo"]);
  });

  it("finds its comment behind two hundred others", async () => {
    for (let index = 0; index < 210; index += 1) at.subject.server.say("dev", `remark ${String(index)}`);
    await postSticky(at.platform, 7, "plan", "one");
    await postSticky(at.platform, 7, "plan", "two");
    expect(at.written()).toEqual(["<!-- infra:plan -->\ntwo"]);
  });

  it("takes no comment of somebody else for its own, whatever mark it has", async () => {
    at.subject.server.say("mallory", "<!-- infra:plan -->\nall is well");
    at.subject.server.say("dev", "> <!-- infra:plan -->\nquoted");
    await postSticky(at.platform, 7, "plan", "one");
    await postSticky(at.platform, 7, "plan", "two");
    expect(at.bodies()).toContain("<!-- infra:plan -->\nall is well");
    expect(at.written()).toEqual(["<!-- infra:plan -->\nall is well", "<!-- infra:plan -->\ntwo"]);
  });

  it("takes a text of the largest size, and refuses a longer one before it is sent", async () => {
    const room = at.platform.limits.comment - "<!-- infra:plan -->\n".length;
    await postSticky(at.platform, 7, "plan", "x".repeat(room));
    const before = at.subject.server.asked.length;
    await expect(postSticky(at.platform, 7, "plan", "x".repeat(room + 1))).rejects.toThrow(
      `the comment has ${String(at.platform.limits.comment + 1)} characters, and ${at.platform.name} takes ${String(at.platform.limits.comment)}`,
    );
    expect(at.subject.server.asked.length).toBe(before);
  });

  it("says which pull request is not there", async () => {
    await expect(postSticky(at.platform, 8, "plan", "one")).rejects.toThrow(/\/8\/(?:comments|notes) with 404/);
  });
}

function issuesAndStatuses(at: Bench): void {
  it("opens, edits, comments, closes and reopens an issue, and finds it by its label", async () => {
    const { number } = await at.platform.openIssue({ title: "Drift", body: "one", label });
    expect(await at.platform.issues(label)).toMatchObject([{ number, title: "Drift", body: "one", open: true }]);
    await at.platform.editIssue(number, { body: "two", open: false });
    await at.platform.commentIssue(number, "healed");
    expect(at.subject.server.issues()).toMatchObject([{ state: "closed", body: "two", comments: ["healed"] }]);
    await at.platform.editIssue(number, { open: true });
    expect(await at.platform.issues(label)).toMatchObject([{ number, title: "Drift", body: "two", open: true }]);
    expect(await at.platform.issues("other")).toEqual([]);
  });

  it("lists more issues than a page holds, the closed ones too", async () => {
    for (let index = 0; index < 105; index += 1)
      await at.platform.openIssue({ title: `Drift ${String(index)}`, body: "", label });
    await at.platform.editIssue((await at.platform.issues(label))[0]?.number ?? 0, { open: false });
    const found = await at.platform.issues(label);
    expect(found.map(({ title }) => title)).toEqual(
      Array.from({ length: 105 }, (_, index) => `Drift ${String(index)}`),
    );
    expect(found.map(({ open }) => open).indexOf(false)).toBe(0);
  });

  it("marks a commit, the same mark twice too, and cuts a description that is too long", async () => {
    const mark = { name: "infra/no-change", description: "d".repeat(400) };
    await at.platform.setCommitStatus(commit, { ...mark, state: "pending" });
    await at.platform.setCommitStatus(commit, { ...mark, state: "pending" });
    await at.platform.setCommitStatus(commit, { ...mark, state: "success", url: "https://ci.example/1" });
    const last = at.subject.server.statuses().at(-1);
    expect(last).toMatchObject({ sha: commit, target_url: "https://ci.example/1" });
    expect(JSON.stringify(last)).toContain('"success"');
    expect(last?.description).toHaveLength(at.platform.limits.description);
  });

  it("says whose token it has", async () => {
    expect(await at.platform.account()).toMatch(/bot/);
  });
}

function troubles(at: Bench): void {
  it("reads again through a burst of failures", async () => {
    at.subject.server.disturb({ answer: 502, times: 2, when: ({ method }) => method === "GET" });
    expect(await at.platform.issues(label)).toEqual([]);
  });

  it("looks before it writes again when the answer to a new comment is lost", async () => {
    at.subject.server.disturb({ answer: 502, done: true, when: wrote(/(?:comments|notes)$/) });
    expect(await postSticky(at.platform, 7, "plan", "one")).toMatchObject({ change: "created" });
    expect(at.written()).toHaveLength(1);
    at.subject.server.disturb({ answer: "cut", when: wrote(/(?:comments|notes)$/) });
    expect(await postSticky(at.platform, 7, "cost", "one")).toMatchObject({ change: "created" });
    expect(at.written()).toHaveLength(2);
  });

  it("waits as long as a rate limit asks, and no longer than its patience", async () => {
    const { status, headers } = at.subject.limited;
    at.subject.server.disturb({ answer: status, headers: headers(), when: wrote(/(?:comments|notes)$/) });
    expect(await postSticky(at.platform, 7, "plan", "one")).toMatchObject({ change: "created" });
    at.subject.server.disturb({ answer: 429, headers: { "retry-after": "3600" } });
    await expect(at.subject.client(at.subject.server.token, 5_000).issues(label)).rejects.toThrow(
      /with 429: .*rate limit/s,
    );
    for (const after of ["0", "soon", new Date(Date.now() - 1_000).toUTCString()])
      at.subject.server.disturb({ answer: 429, headers: { "retry-after": after } });
    expect(await at.platform.issues(label)).toEqual([]);
  });

  it("gives up on a platform that stays broken, and says what it answered", async () => {
    at.subject.server.disturb({ answer: 503, times: 100 });
    await expect(at.subject.client(at.subject.server.token, 300).issues(label)).rejects.toThrow(
      /with 503: disturbed: 503/,
    );
  });

  it("is refused with a token that is not valid, or may only read, and names no token", async () => {
    for (const token of ["glpat-ghs_StolenStolenStolen", at.subject.server.readOnlyToken]) {
      const error: unknown = await postSticky(at.subject.client(token), 7, "plan", "one").catch(
        (each: unknown) => each,
      );
      expect(error).toBeInstanceOf(PlatformError);
      expect(String(error)).toMatch(/with 40[13]: .*(?:GITHUB_TOKEN|GITLAB_TOKEN|permissions)/s);
      expect(String(error)).not.toContain(token);
    }
    expect(at.written()).toEqual([]);
  });

  it("shows no token that the platform repeats in its answer, and does not follow it elsewhere", async () => {
    const { token } = at.subject.server;
    at.subject.server.disturb({ answer: 301, headers: { location: `https://elsewhere.example/${token}` } });
    const error: unknown = await at.platform.issues(label).catch((each: unknown) => each);
    expect(String(error)).toContain("https://elsewhere.example/***");
    expect(String(error)).not.toContain(token);
  });

  it("says so when nothing answers at its address", async () => {
    await at.subject.server.close();
    const error: unknown = await at.subject
      .client("t0ken", 200)
      .issues(label)
      .catch((each: unknown) => each);
    expect(error).toBeInstanceOf(PlatformError);
    expect(error).not.toBeInstanceOf(NotPossible);
    expect(String(error)).toMatch(/can't be reached .*ECONNREFUSED/);
  });
}
function wrote(path: RegExp) {
  return (asked: { method: string; path: string }) => asked.method === "POST" && path.test(asked.path);
}

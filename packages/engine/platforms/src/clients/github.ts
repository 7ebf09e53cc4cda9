import { z } from "zod";
import { PlatformError } from "./errors.js";
import {
  type CommitStatus,
  cut,
  type IssueEdit,
  type Platform,
  type PlatformComment,
  type PlatformIssue,
} from "./platform.js";
import { RestApi, type RestSettings } from "./rest.js";

/** Where a repository is on GitHub, and who asks. */
export interface GitHubSettings extends Pick<RestSettings, "token" | "patienceMs" | "onWait"> {
  /** `https://api.github.com`, or `https://<host>/api/v3` of an own server. */
  readonly apiUrl: string;
  /** `acme/shop`. */
  readonly repository: string;
}

const user = z.object({ login: z.string(), type: z.string().optional() }).nullable();
const comment = z.object({ id: z.int(), body: z.string().nullish(), html_url: z.string().optional(), user });
const issue = z.object({
  number: z.int(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.enum(["open", "closed"]),
  html_url: z.string(),
  labels: z.array(z.union([z.string(), z.object({ name: z.string() })])),
  pull_request: z.unknown().optional(),
});
const viewer = z.object({ data: z.object({ viewer: z.object({ login: z.string() }) }) });

/** GitHub, through its REST API; own servers too. */
export class GitHub implements Platform {
  readonly name = "GitHub";
  readonly limits = { comment: 65_536, issue: 65_536, description: 140 };
  readonly pullRequestWord = "pull request";
  readonly where: string;
  private readonly api: RestApi;
  private readonly repository: string;
  private login: Promise<string> | undefined;

  constructor(private readonly settings: GitHubSettings) {
    const base = settings.apiUrl.replace(/\/+$/, "");
    this.where = `${settings.repository} on ${new URL(base).host}`;
    this.repository = `/repos/${settings.repository}`;
    this.api = new RestApi({
      ...settings,
      name: this.name,
      base,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${settings.token}`,
        "x-github-api-version": "2022-11-28",
      },
      remedies: {
        unauthorized: "The token is not valid, or no longer: set GITHUB_TOKEN",
        forbidden:
          "Give the job `permissions:` to write what it needs: pull-requests for comments, statuses, issues. The token of a pull request from a fork may only read",
      },
    });
  }

  /** A token of an app, such as the one of a workflow, may not read `/user`; GraphQL tells it who it is. */
  account(): Promise<string> {
    const path = this.settings.apiUrl.replace(/(?:\/api\/v3)?\/*$/, (found) =>
      found.includes("v3") ? "/api/graphql" : "/graphql",
    );
    const ask = async () => {
      const body = { query: "query { viewer { login } }" };
      return (await this.api.ask(viewer, { method: "POST", path, body, reads: true })).data.viewer.login;
    };
    return (this.login ??= ask());
  }

  async ownComments(pullRequest: number): Promise<readonly PlatformComment[]> {
    const [login, all] = await Promise.all([
      this.account(),
      this.all(comment, `/issues/${String(pullRequest)}/comments?per_page=100`),
    ]);
    return all.filter((each) => isOwn(each.user, login)).map(commentOf);
  }

  async addComment(pullRequest: number, body: string): Promise<PlatformComment> {
    return commentOf(await this.ask(comment, "POST", `/issues/${String(pullRequest)}/comments`, { body }));
  }

  async editComment(_pullRequest: number, id: number, body: string): Promise<void> {
    await this.ask(comment, "PATCH", `/issues/comments/${String(id)}`, { body });
  }

  async setCommitStatus(commit: string, { name, state, description, url }: CommitStatus): Promise<void> {
    const short = cut(description, this.limits.description);
    const body = { context: name, state, description: short, ...(url ? { target_url: url } : {}) };
    await this.ask(z.unknown(), "POST", `/statuses/${commit}`, body);
  }

  /** Pull requests are issues too, and left out. */
  async issues(label: string): Promise<readonly PlatformIssue[]> {
    const query = new URLSearchParams({
      labels: label,
      state: "all",
      sort: "created",
      direction: "asc",
      per_page: "100",
    });
    const all = await this.all(issue, `/issues?${query.toString()}`);
    return all.filter((each) => each.pull_request === undefined).map(issueOf);
  }

  async openIssue({ title, body, label }: { title: string; body: string; label: string }): Promise<PlatformIssue> {
    await this.ensureLabel(label);
    const opened = await this.ask(issue, "POST", "/issues", { title, body, labels: [label] });
    if (opened.labels.some((each) => (typeof each === "string" ? each : each.name) === label)) return issueOf(opened);
    throw new PlatformError(
      `${this.name} opened issue ${String(opened.number)} without the label ${label}, so it can't be found again`,
      "Give the token the permission to label issues, then close that issue",
    );
  }

  async editIssue(number: number, { open, ...edit }: IssueEdit): Promise<void> {
    const state = open === undefined ? {} : { state: open ? "open" : "closed" };
    const reason = open === false ? { state_reason: "completed" } : {};
    await this.ask(issue, "PATCH", `/issues/${String(number)}`, { ...edit, ...state, ...reason });
  }

  async commentIssue(number: number, body: string): Promise<void> {
    await this.addComment(number, body);
  }

  /** GitHub drops labels in silence where the token may not set them; making one says it aloud. */
  private async ensureLabel(name: string): Promise<void> {
    try {
      await this.ask(z.unknown(), "GET", `/labels/${encodeURIComponent(name)}`);
    } catch (error) {
      if (!(error instanceof PlatformError) || error.status !== 404) throw error;
      await this.makeLabel(name);
    }
  }

  private async makeLabel(name: string): Promise<void> {
    try {
      await this.ask(z.unknown(), "POST", "/labels", {
        name,
        color: "d93f0b",
        description: "Opened and closed by infra",
      });
    } catch (error) {
      // Another run was faster.
      if (!(error instanceof PlatformError) || error.status !== 422) throw error;
    }
  }

  private ask<S extends z.ZodType>(
    schema: S,
    method: "GET" | "POST" | "PATCH",
    path: string,
    body?: unknown,
  ): Promise<z.output<S>> {
    return this.api.ask(schema, { method, path: this.repository + path, ...(body === undefined ? {} : { body }) });
  }

  /** Every page of a list. */
  private async all<S extends z.ZodType>(schema: S, path: string): Promise<z.output<S>[]> {
    const found: z.output<S>[] = [];
    const seen = new Set<string>();
    for (let next: string | undefined = this.repository + path; next !== undefined && !seen.has(next);) {
      seen.add(next);
      const page: { value: z.output<S>[]; headers: { get(name: string): string | null } } = await this.api.answer(
        z.array(schema),
        { path: next },
      );
      found.push(...page.value);
      next = this.nextPage(page.headers.get("link"));
    }
    return found;
  }

  /** The token goes to the server that it is for, whatever a link says. */
  private nextPage(link: string | null): string | undefined {
    const [, next] = /<([^>]+)>;\s*rel="next"/.exec(link ?? "") ?? [];
    if (next === undefined) return undefined;
    const { apiUrl } = this.settings;
    if (URL.canParse(next, apiUrl) && new URL(next, apiUrl).origin === new URL(apiUrl).origin) return next;
    throw new PlatformError(`${this.name} names another server for the next page`, "Check the address of its API");
  }
}

/** The GraphQL API names some apps without the `[bot]` that the REST API adds. */
function isOwn(author: z.output<typeof user>, login: string): boolean {
  return author?.login === login || (author?.type === "Bot" && author.login === `${login}[bot]`);
}

function commentOf({ id, body, html_url: url }: z.output<typeof comment>): PlatformComment {
  return { id, body: body ?? "", ...(url === undefined ? {} : { url }) };
}

function issueOf({ number, title, body, state, html_url: url }: z.output<typeof issue>): PlatformIssue {
  return { number, title, body: body ?? "", open: state === "open", url };
}

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

/** Where a project is on GitLab, and who asks. */
export interface GitLabSettings extends Pick<RestSettings, "token" | "patienceMs" | "onWait"> {
  /** `https://gitlab.com/api/v4`. */
  readonly apiUrl: string;
  /** Number of the project, or its path: `acme/shop`. */
  readonly project: string;
  /** Is the token the one of a job (`CI_JOB_TOKEN`)? It may do little. @default false */
  readonly jobToken?: boolean;
  /**
   * Branch that commits are marked for. In a pipeline of a merge request it keeps the mark out of that pipeline, which would wait for it
   * and hold up the merge. @default - the newest pipeline of the commit gets the mark
   */
  readonly branch?: string;
}

const author = z.object({ id: z.int(), username: z.string() });
const note = z.object({ id: z.int(), body: z.string(), author, system: z.boolean() });
const issue = z.object({
  iid: z.int(),
  title: z.string(),
  description: z.string().nullish(),
  state: z.enum(["opened", "closed"]),
  web_url: z.string(),
});
/** GitLab, through its REST API; own servers too. */
export class GitLab implements Platform {
  readonly name = "GitLab";
  readonly limits = { comment: 1_000_000, issue: 1_000_000, description: 255 };
  readonly pullRequestWord = "merge request";
  readonly where: string;
  private readonly api: RestApi;
  private readonly project: string;
  private self: Promise<z.output<typeof author>> | undefined;

  constructor(private readonly settings: GitLabSettings) {
    const { apiUrl, project, token, jobToken = false } = settings;
    const base = apiUrl.replace(/\/+$/, "");
    this.where = `project ${project} on ${new URL(base).host}`;
    this.project = `/projects/${encodeURIComponent(project)}`;
    const own = "Set GITLAB_TOKEN to a project access token with the scope api";
    this.api = new RestApi({
      ...settings,
      name: this.name,
      base,
      headers: { [jobToken ? "job-token" : "private-token"]: token },
      remedies: {
        unauthorized: jobToken
          ? `The token of a job may not do this. ${own}`
          : `The token is not valid, or no longer. ${own}`,
        forbidden: `${jobToken ? "The token of a job may not do this. " : ""}${own} and the role Developer`,
      },
    });
  }

  async account(): Promise<string> {
    return (await this.me()).username;
  }

  async ownComments(mergeRequest: number): Promise<readonly PlatformComment[]> {
    const path = `/merge_requests/${String(mergeRequest)}/notes?sort=asc&order_by=created_at`;
    const [{ id }, all] = await Promise.all([this.me(), this.all(note, path)]);
    return all.filter((each) => !each.system && each.author.id === id);
  }

  async addComment(mergeRequest: number, body: string): Promise<PlatformComment> {
    return await this.ask(note, "POST", `/merge_requests/${String(mergeRequest)}/notes`, { body });
  }

  async editComment(mergeRequest: number, id: number, body: string): Promise<void> {
    await this.ask(note, "PUT", `/merge_requests/${String(mergeRequest)}/notes/${String(id)}`, { body });
  }

  /** A mark that is `pending` can't become so again: GitLab refuses what is the case already. */
  async setCommitStatus(commit: string, { name, state, description, url }: CommitStatus): Promise<void> {
    const { branch } = this.settings;
    const body = {
      name,
      state: state === "failure" ? "failed" : state,
      description: cut(description, this.limits.description),
      ...(url ? { target_url: url } : {}),
      ...(branch === undefined ? {} : { ref: branch }),
    };
    await this.ask(z.unknown(), "POST", `/statuses/${commit}`, body).catch((error: unknown) => {
      const known = error instanceof PlatformError && /cannot transition/i.test(error.message);
      if (!known || state !== "pending") throw error;
    });
  }

  async issues(label: string): Promise<readonly PlatformIssue[]> {
    const query = new URLSearchParams({ labels: label, state: "all", order_by: "created_at", sort: "asc" });
    return (await this.all(issue, `/issues?${query.toString()}`)).map(issueOf);
  }

  /** GitLab makes a label that is not there. */
  async openIssue({ title, body, label }: { title: string; body: string; label: string }): Promise<PlatformIssue> {
    return issueOf(await this.ask(issue, "POST", "/issues", { title, description: body, labels: label }));
  }

  async editIssue(number: number, { title, body, open }: IssueEdit): Promise<void> {
    await this.ask(issue, "PUT", `/issues/${String(number)}`, {
      ...(title === undefined ? {} : { title }),
      ...(body === undefined ? {} : { description: body }),
      ...(open === undefined ? {} : { state_event: open ? "reopen" : "close" }),
    });
  }

  async commentIssue(number: number, body: string): Promise<void> {
    await this.ask(note, "POST", `/issues/${String(number)}/notes`, { body });
  }

  /** The token of a job belongs to the user who started it. */
  private me(): Promise<z.output<typeof author>> {
    const ask = async () =>
      this.settings.jobToken
        ? (await this.api.ask(z.object({ user: author }), { path: "/job" })).user
        : await this.api.ask(author, { path: "/user" });
    return (this.self ??= ask());
  }

  private ask<S extends z.ZodType>(
    schema: S,
    method: "POST" | "PUT",
    path: string,
    body: unknown,
  ): Promise<z.output<S>> {
    return this.api.ask(schema, { method, path: this.project + path, body });
  }

  /** Every page of a list. */
  private async all<S extends z.ZodType>(schema: S, path: string): Promise<z.output<S>[]> {
    const found: z.output<S>[] = [];
    // A page that names itself or an earlier one as the next would never end.
    for (let [last, page] = [0, 1]; page > last;) {
      const { value, headers } = await this.api.answer(z.array(schema), {
        path: `${this.project}${path}&per_page=100&page=${String(page)}`,
      });
      found.push(...value);
      [last, page] = [page, Number(headers.get("x-next-page"))];
    }
    return found;
  }
}

function issueOf({ iid, title, description, state, web_url: url }: z.output<typeof issue>): PlatformIssue {
  return { number: iid, title, body: description ?? "", open: state === "opened", url };
}

import { type Answered, type Asked, pageOf, type StandIn, startStandIn } from "./stand-in.js";

/** A note that the stand-in keeps. */
export interface GitLabNote {
  readonly id: number;
  readonly username: string;
  readonly body: string;
  readonly system: boolean;
}

/** An issue that the stand-in keeps. */
export interface GitLabIssue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: "open" | "closed";
  readonly labels: readonly string[];
  readonly comments: readonly string[];
}

/** A commit's status that the stand-in keeps. */
export interface GitLabStatus {
  readonly id: number;
  readonly sha: string;
  readonly name: string;
  readonly status: string;
  readonly description: string;
  readonly target_url?: string;
}

/** A server that speaks the part of GitLab's REST API that pipelines need, for one project with merge request 7. */
export interface GitLabServer extends StandIn {
  /** Number of the project; `acme/shop` is its path. */
  readonly project: string;
  /** A project access token: its account is `project_1_bot`. */
  readonly token: string;
  /** A token that may only read. */
  readonly readOnlyToken: string;
  /** Token of a job, which may neither comment nor open issues. */
  readonly jobToken: string;
  /** Number of the merge request in its project. */
  readonly pullRequest: number;
  /** What a job's environment says, without what is about the merge request. */
  readonly env: Readonly<Record<string, string>>;
  /** Notes of the merge request, oldest first. */
  comments(): readonly GitLabNote[];
  /** Issues, oldest first. */
  issues(): readonly GitLabIssue[];
  /** Statuses, oldest first. */
  statuses(): readonly GitLabStatus[];
  /** Comments on the merge request as somebody else. */
  say(username: string, body: string): void;
}

interface Stored {
  iid: number;
  title: string;
  description: string;
  state: "opened" | "closed";
  labels: string[];
  notes: { id: number; username: string; body: string; system: boolean }[];
}

const bot = "project_1_bot";
const longest = 1_000_000;

/** Starts it. */
export async function startGitLab(path = "acme/shop"): Promise<GitLabServer> {
  const store = new GitLabStore(path);
  const server = await startStandIn("/api/v4", (asked, url) => store.answer(asked, url));
  return {
    ...server,
    project: "1",
    token: store.token,
    readOnlyToken: store.readOnlyToken,
    jobToken: store.jobToken,
    pullRequest: 7,
    env: { GITLAB_CI: "true", CI_API_V4_URL: server.url, CI_PROJECT_ID: "1", GITLAB_TOKEN: store.token },
    comments: () => store.mergeRequest.notes,
    issues: () =>
      store.issues.map(({ iid, description, state, notes, ...each }) => ({
        ...each,
        number: iid,
        body: description,
        state: state === "opened" ? "open" : "closed",
        comments: notes.filter(({ system }) => !system).map(({ body }) => body),
      })),
    statuses: () => store.statuses,
    say: (username, body) => void store.mergeRequest.notes.push({ id: store.id(), username, body, system: false }),
  };
}

class GitLabStore {
  readonly token = "glpat-WriterWriterWriter01";
  readonly readOnlyToken = "glpat-ReaderReaderReader01";
  readonly jobToken = "glcbt-64_JobJobJobJobJobJob01";
  readonly issues: Stored[] = [];
  readonly statuses: GitLabStatus[] = [];
  readonly mergeRequest: Stored = {
    iid: 7,
    title: "a change",
    description: "",
    state: "opened",
    labels: [],
    notes: [],
  };
  private last = 100;

  constructor(private readonly path: string) {
    this.mergeRequest.notes.push({ id: this.id(), username: bot, body: "added 1 commit", system: true });
  }

  id(): number {
    return (this.last += 1);
  }

  answer(asked: Asked, url: string): Answered {
    const job = asked.headers["job-token"] === this.jobToken;
    const token = asked.headers["private-token"];
    const known = job || token === this.token || token === this.readOnlyToken;
    if (!known) return { status: 401, body: { message: "401 Unauthorized" } };
    if (asked.path === "/user") return job ? unauthorized : { status: 200, body: { id: 1, username: bot } };
    if (asked.path === "/job")
      return job ? { status: 200, body: { id: 9, user: { id: 2, username: "dev" } } } : notFound;
    const [root, project, ...route] = asked.path.slice(1).split("/").map(decodeURIComponent);
    if (root !== "projects" || (project !== "1" && project !== this.path))
      return { status: 404, body: { message: "404 Project Not Found" } };
    if (job) return unauthorized;
    if (asked.method !== "GET" && token === this.readOnlyToken)
      return { status: 403, body: { message: "403 Forbidden" } };
    return this.routed(asked, route, url);
  }

  private routed(asked: Asked, [kind, one, two, three]: readonly string[], url: string): Answered {
    const { method } = asked;
    if (kind === "statuses" && method === "POST") return this.addStatus(asked, one ?? "");
    if (kind === "merge_requests" && Number(one) === 7 && two === "notes")
      return this.notes(asked, this.mergeRequest, three);
    if (kind !== "issues") return notFound;
    if (one === undefined) return method === "POST" ? this.open(asked, url) : this.list(asked, url);
    const issue = this.issues.find(({ iid }) => iid === Number(one));
    if (!issue) return notFound;
    if (two === "notes") return this.notes(asked, issue, three);
    return method === "PUT" ? this.edit(asked, issue, url) : { status: 200, body: shown(issue, url, this.path) };
  }

  /** A status that runs or waits is changed; after one that has ended, there is a new one. */
  private addStatus({ body }: Asked, sha: string): Answered {
    const { state, name = "default", description = "", target_url: url } = body as Record<string, string | undefined>;
    if (!["pending", "running", "success", "failed", "canceled", "skipped"].includes(String(state)))
      return { status: 400, body: { error: "state does not have a valid value" } };
    if (description.length > 255)
      return { status: 400, body: { message: { description: ["is too long (maximum is 255 characters)"] } } };
    const running = this.statuses.findIndex(
      (each) => each.sha === sha && each.name === name && each.status === "pending",
    );
    if (running >= 0 && state === "pending")
      return {
        status: 400,
        body: {
          message:
            'Cannot transition status via :enqueue from :pending (Reason(s): Status cannot transition via "enqueue")',
        },
      };
    const id = this.statuses[running]?.id ?? this.id();
    const status = { id, sha, name, status: String(state), description, ...(url ? { target_url: url } : {}) };
    this.statuses.splice(running < 0 ? this.statuses.length : running, 1, status);
    return { status: 201, body: status };
  }

  private list({ query }: Asked, url: string): Answered {
    const label = query.get("labels");
    const state = query.get("state") ?? "all";
    const found = this.issues.filter(
      (each) => (label === null || each.labels.includes(label)) && (state === "all" || each.state === state),
    );
    if (query.get("sort") !== "asc") found.reverse();
    return paged(
      found.map((each) => shown(each, url, this.path)),
      query,
    );
  }

  private open({ body }: Asked, url: string): Answered {
    const { title = "", description = "", labels = "" } = body as Record<string, string | undefined>;
    if (title === "") return { status: 400, body: { error: "title is missing" } };
    if (description.length > longest) return tooLong("description");
    const names = labels.split(",").filter(Boolean);
    const issue: Stored = {
      iid: this.issues.length + 1,
      title,
      description,
      state: "opened",
      labels: names,
      notes: [],
    };
    this.issues.push(issue);
    return { status: 201, body: shown(issue, url, this.path) };
  }

  private edit({ body }: Asked, issue: Stored, url: string): Answered {
    const {
      title = issue.title,
      description = issue.description,
      state_event: event,
    } = body as Record<string, string | undefined>;
    if (description.length > longest) return tooLong("description");
    Object.assign(issue, { title, description });
    if (event === "close") this.move(issue, "closed");
    if (event === "reopen") this.move(issue, "opened");
    return { status: 200, body: shown(issue, url, this.path) };
  }

  private move(issue: Stored, state: Stored["state"]): void {
    if (issue.state === state) return;
    issue.state = state;
    const body = state === "closed" ? "closed" : "reopened";
    issue.notes.push({ id: this.id(), username: bot, body, system: true });
  }

  private notes({ method, query, body }: Asked, { notes }: Stored, id: string | undefined): Answered {
    const text = body["body"];
    if (method === "GET") return paged(notes.map(shownNote), query);
    if (typeof text !== "string" || text === "") return { status: 400, body: { error: "body is missing" } };
    if (text.length > longest) return tooLong("note");
    if (id === undefined) {
      const note = { id: this.id(), username: bot, body: text, system: false };
      notes.push(note);
      return { status: 201, body: shownNote(note) };
    }
    const note = notes.find((each) => each.id === Number(id));
    if (!note) return { status: 404, body: { message: "404 Note Not Found" } };
    if (note.username !== bot) return { status: 403, body: { message: "403 Forbidden" } };
    note.body = text;
    return { status: 200, body: shownNote(note) };
  }
}

const notFound: Answered = { status: 404, body: { message: "404 Not found" } };
const unauthorized: Answered = { status: 401, body: { message: "401 Unauthorized" } };

function tooLong(field: string): Answered {
  return { status: 400, body: { message: { [field]: [`is too long (maximum is ${String(longest)} characters)`] } } };
}

function shown({ iid, title, description, state, labels }: Stored, url: string, path: string) {
  const web_url = `${new URL(url).origin}/${path}/-/issues/${String(iid)}`;
  return { id: 1000 + iid, iid, title, description, state, labels, web_url };
}

function shownNote({ id, username, body, system }: GitLabNote) {
  return { id, body, system, author: { id: username === bot ? 1 : 2, username } };
}

/** GitLab names the next page in the header `x-next-page`; it is empty on the last one. */
function paged(items: readonly unknown[], query: URLSearchParams): Answered {
  const { items: body, next, page } = pageOf(items, query, 20);
  return {
    status: 200,
    body,
    headers: { "x-page": String(page), "x-next-page": next === undefined ? "" : String(next) },
  };
}

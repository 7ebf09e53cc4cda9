import { type Answered, type Asked, pageOf, type StandIn, startStandIn } from "./stand-in.js";

/** A comment that the stand-in keeps. */
export interface GitHubComment {
  readonly id: number;
  readonly login: string;
  readonly body: string;
}

/** An issue that the stand-in keeps. */
export interface GitHubIssue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: "open" | "closed";
  readonly labels: readonly string[];
  readonly login: string;
  readonly comments: readonly string[];
}

/** A commit's status that the stand-in keeps. */
export interface GitHubStatus {
  readonly sha: string;
  readonly context: string;
  readonly state: string;
  readonly description: string;
  readonly target_url?: string;
}

/** A server that speaks the part of GitHub's REST API that pipelines need, for one repository with pull request 7. */
export interface GitHubServer extends StandIn {
  readonly repository: string;
  /** Token of a workflow with every permission: its account is `github-actions[bot]`. */
  readonly token: string;
  /** Token of a workflow that may only read, as pull requests from forks have it. */
  readonly readOnlyToken: string;
  /** Number of the pull request. */
  readonly pullRequest: number;
  /** What a workflow's environment says, without the event. */
  readonly env: Readonly<Record<string, string>>;
  /** Comments of the pull request, oldest first. */
  comments(): readonly GitHubComment[];
  /** Issues, without the pull request, oldest first. */
  issues(): readonly GitHubIssue[];
  /** Statuses, oldest first. */
  statuses(): readonly GitHubStatus[];
  /** Comments on the pull request as somebody else. */
  say(login: string, body: string): void;
}

interface Stored {
  number: number;
  title: string;
  body: string;
  state: "open" | "closed";
  labels: string[];
  login: string;
  comments: { id: number; login: string; body: string }[];
  pull: boolean;
}

const bot = "github-actions[bot]";
const longest = 65_536;

/** Starts it. */
export async function startGitHub(repository = "acme/shop"): Promise<GitHubServer> {
  const store = new GitHubStore(repository);
  const server = await startStandIn("", (asked, url) => store.answer(asked, url));
  return {
    ...server,
    repository,
    token: store.token,
    readOnlyToken: store.readOnlyToken,
    pullRequest: 7,
    env: {
      GITHUB_ACTIONS: "true",
      GITHUB_API_URL: server.url,
      GITHUB_REPOSITORY: repository,
      GITHUB_TOKEN: store.token,
    },
    comments: () => store.things.get(7)?.comments ?? [],
    issues: () =>
      [...store.things.values()]
        .filter(({ pull }) => !pull)
        .map((each) => ({ ...each, comments: each.comments.map(({ body }) => body) })),
    statuses: () => store.statuses,
    say: (login, body) => void store.things.get(7)?.comments.push({ id: store.id(), login, body }),
  };
}

class GitHubStore {
  readonly token = "ghs_WriterWriterWriterWriterWriter000001";
  readonly readOnlyToken = "ghs_ReaderReaderReaderReaderReader000001";
  readonly things = new Map<number, Stored>();
  readonly statuses: GitHubStatus[] = [];
  private readonly labels = new Set(["bug"]);
  private last = 100;

  constructor(private readonly repository: string) {
    const pull = { number: 7, title: "a change", body: "", state: "open", login: "dev", pull: true } as const;
    this.things.set(7, { ...pull, labels: [], comments: [] });
  }

  id(): number {
    return (this.last += 1);
  }

  answer(asked: Asked, url: string): Answered {
    const token = asked.headers.authorization?.replace(/^(?:Bearer|token) /, "");
    if (token !== this.token && token !== this.readOnlyToken)
      return { status: 401, body: { message: "Bad credentials" } };
    if (!asked.headers["user-agent"])
      return { status: 403, body: { message: "Request forbidden by administrative rules." } };
    const forbidden = { status: 403, body: { message: "Resource not accessible by integration" } };
    if (asked.path === "/graphql") return { status: 200, body: { data: { viewer: { login: bot } } } };
    if (asked.path === "/user") return forbidden;
    const below = `/repos/${this.repository}/`;
    if (!asked.path.startsWith(below)) return notFound;
    const route = asked.path.slice(below.length).split("/").map(decodeURIComponent);
    if (asked.method !== "GET" && token === this.readOnlyToken) return forbidden;
    return this.routed(asked, route, url);
  }

  private routed(asked: Asked, [kind, one, two]: readonly string[], url: string): Answered {
    const { method } = asked;
    if (kind === "labels") return this.label(asked, one);
    if (kind === "statuses" && method === "POST") return this.addStatus(asked, one ?? "");
    if (kind === "issues" && one === "comments" && method === "PATCH") return this.editComment(asked, Number(two));
    if (kind !== "issues") return notFound;
    if (one === undefined) return method === "POST" ? this.open(asked, url) : this.list(asked, url);
    const thing = this.things.get(Number(one));
    if (!thing) return notFound;
    if (two === "comments")
      return method === "POST" ? this.comment(asked, thing, url) : this.comments(asked, thing, url);
    return method === "PATCH" ? this.edit(asked, thing, url) : { status: 200, body: this.shown(thing, url) };
  }

  private label({ method, body }: Asked, name: string | undefined): Answered {
    if (name !== undefined) return this.labels.has(name) ? { status: 200, body: { name } } : notFound;
    if (method !== "POST") return { status: 200, body: [...this.labels].map((each) => ({ name: each })) };
    if (this.labels.has(String(body["name"]))) return invalid("Label", "name", "already_exists");
    this.labels.add(String(body["name"]));
    return { status: 201, body };
  }

  private addStatus({ body }: Asked, sha: string): Answered {
    const {
      state,
      context = "default",
      description = "",
      target_url: url,
    } = body as Record<string, string | undefined>;
    if (!["error", "failure", "pending", "success"].includes(String(state)))
      return invalid("Status", "state", "custom");
    if (description.length > 140)
      return invalid("Status", "description", "custom", "description is too long (maximum is 140 characters)");
    const status = { sha, state: String(state), context, description, ...(url ? { target_url: url } : {}) };
    this.statuses.push(status);
    return { status: 201, body: { ...status, id: this.id() } };
  }

  private list({ query }: Asked, url: string): Answered {
    const label = query.get("labels");
    const state = query.get("state") ?? "open";
    const found = [...this.things.values()].filter(
      (each) => (label === null || each.labels.includes(label)) && (state === "all" || each.state === state),
    );
    if (query.get("direction") !== "asc") found.reverse();
    return paged(
      found.map((each) => this.shown(each, url)),
      query,
      `${url}/repos/${this.repository}/issues`,
    );
  }

  private open({ body }: Asked, url: string): Answered {
    const text = String(body["body"] ?? "");
    if (typeof body["title"] !== "string" || body["title"] === "") return invalid("Issue", "title", "missing_field");
    if (text.length > longest) return tooLong("Issue");
    const number = Math.max(...this.things.keys()) + 1;
    const labels = [body["labels"] ?? []].flat().map(String);
    for (const each of labels) this.labels.add(each);
    const thing: Stored = {
      number,
      title: body["title"],
      body: text,
      state: "open",
      labels,
      login: bot,
      comments: [],
      pull: false,
    };
    this.things.set(number, thing);
    return { status: 201, body: this.shown(thing, url) };
  }

  private edit({ body }: Asked, thing: Stored, url: string): Answered {
    const { title = thing.title, body: text = thing.body, state = thing.state } = body as Partial<Stored>;
    if (text.length > longest) return tooLong("Issue");
    Object.assign(thing, { title, body: text, state });
    return { status: 200, body: this.shown(thing, url) };
  }

  private comments({ query }: Asked, thing: Stored, url: string): Answered {
    const all = thing.comments.map((each) => shownComment(each, url));
    return paged(all, query, `${url}/repos/${this.repository}/issues/${String(thing.number)}/comments`);
  }

  private comment({ body }: Asked, thing: Stored, url: string): Answered {
    const text = String(body["body"] ?? "");
    if (text === "") return invalid("IssueComment", "body", "missing_field");
    if (text.length > longest) return tooLong("IssueComment");
    const comment = { id: this.id(), login: bot, body: text };
    thing.comments.push(comment);
    return { status: 201, body: shownComment(comment, url) };
  }

  private editComment({ body }: Asked, id: number): Answered {
    const comment = [...this.things.values()].flatMap(({ comments }) => comments).find((each) => each.id === id);
    if (!comment) return notFound;
    if (String(body["body"]).length > longest) return tooLong("IssueComment");
    comment.body = String(body["body"]);
    return { status: 200, body: shownComment(comment, "") };
  }

  private shown({ number, title, body, state, labels, login, pull }: Stored, url: string) {
    const user = { login, type: login.endsWith("[bot]") ? "Bot" : "User" };
    const html_url = `${url}/${this.repository}/${pull ? "pull" : "issues"}/${String(number)}`;
    const named = labels.map((name) => ({ name }));
    return { number, title, body, state, html_url, user, labels: named, ...(pull ? { pull_request: {} } : {}) };
  }
}

const notFound: Answered = { status: 404, body: { message: "Not Found" } };

function invalid(resource: string, field: string, code: string, message?: string): Answered {
  const error = { resource, field, code, ...(message ? { message } : {}) };
  return { status: 422, body: { message: "Validation Failed", errors: [error] } };
}

function tooLong(resource: string): Answered {
  return invalid(resource, "body", "custom", `body is too long (maximum is ${String(longest)} characters)`);
}

function shownComment({ id, login, body }: GitHubComment, url: string) {
  const user = { login, type: login.endsWith("[bot]") ? "Bot" : "User" };
  return { id, body, user, html_url: `${url}/comment-${String(id)}` };
}

/** GitHub names the other pages in the header `Link`. */
function paged(items: readonly unknown[], query: URLSearchParams, url: string): Answered {
  const { items: body, next, last } = pageOf(items, query, 30);
  const link = (page: number, rel: string) => {
    const parameters = new URLSearchParams(query);
    parameters.set("page", String(page));
    return `<${url}?${parameters.toString()}>; rel="${rel}"`;
  };
  const headers: Record<string, string> =
    next === undefined ? {} : { link: `${link(next, "next")}, ${link(last, "last")}` };
  return { status: 200, body, headers };
}

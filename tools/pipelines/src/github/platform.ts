import { type GitHubServer, startGitHub } from "@infra/services";
import { zipSync } from "fflate";
import type { Files } from "../files.js";
import { type Answer, startPlatformServer } from "../platform-server.js";

/** What a job left. */
export interface Artifact {
  readonly name: string;
  readonly run: number;
  /** Commit of the pull request, or of the branch. */
  readonly sha: string;
  readonly files: Files;
  /** Was it left by a workflow of a fork? @default false */
  readonly fork?: boolean;
}

/** GitHub, as far as pipelines see it: the REST API on loopback, artifacts, and which pull request a commit came from. */
export interface GitHubPlatform {
  readonly url: string;
  readonly repository: string;
  readonly token: string;
  readonly readOnlyToken: string;
  readonly server: GitHubServer;
  nextRun(): number;
  keep(artifact: Artifact): void;
  artifact(name: string, run: number): Artifact | undefined;
  /** Every artifact that was kept, oldest first. */
  artifacts(): readonly Artifact[];
  /** A commit of the main branch came from pull request 7. @param head Its last commit */
  merged(commit: string, head: string): void;
  close(): Promise<void>;
}

/** Starts it. */
export async function startGitHubPlatform(): Promise<GitHubPlatform> {
  const server = await startGitHub();
  const kept: Artifact[] = [];
  const heads = new Map<string, string>();
  let run = 100;
  const base = `/repos/${server.repository}`;
  const route = (path: string, query: URLSearchParams, authorized: boolean): Answer | undefined => {
    const [, commit] = new RegExp(`^${base}/commits/([0-9a-f]+)/pulls$`).exec(path) ?? [];
    if (commit !== undefined) {
      const sha = heads.get(commit);
      const merged = { number: server.pullRequest, merged_at: "2026-01-01T00:00:00Z", head: { sha } };
      return { json: sha === undefined ? [] : [merged] };
    }
    if (path === `${base}/actions/artifacts`) return { json: { artifacts: listed(kept, query.get("name")) } };
    const [, id] = new RegExp(`^${base}/actions/artifacts/(\\d+)/zip$`).exec(path) ?? [];
    if (id !== undefined) return { location: `${front.url}/blobs/${id}` };
    const [, blob] = /^\/blobs\/(\d+)$/.exec(path) ?? [];
    // Where artifacts lie, the token of GitHub is refused.
    if (blob === undefined || authorized) return undefined;
    return { bytes: zipSync(Object.fromEntries(kept[Number(blob)]?.files ?? [])) };
  };
  const front = await startPlatformServer("", server.url, route);
  return {
    url: front.url,
    repository: server.repository,
    token: server.token,
    readOnlyToken: server.readOnlyToken,
    server,
    nextRun: () => (run += 1),
    keep: (artifact) => void kept.push(artifact),
    artifact: (name, of) => kept.findLast((each) => each.name === name && each.run === of),
    artifacts: () => kept,
    merged: (commit, head) => void heads.set(commit, head),
    close: async () => {
      await front.close();
      await server.close();
    },
  };
}

/** The newest first, as GitHub lists them. */
function listed(kept: readonly Artifact[], name: string | null): object[] {
  return kept
    .map((artifact, id) => ({ artifact, id }))
    .filter(({ artifact }) => artifact.name === name)
    .reverse()
    .map(({ artifact: { sha, run, fork = false }, id }) => ({
      id,
      name,
      expired: false,
      workflow_run: { id: run, head_sha: sha, repository_id: 1, head_repository_id: fork ? 2 : 1 },
    }));
}

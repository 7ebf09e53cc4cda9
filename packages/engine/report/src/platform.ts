import { posix } from "node:path";
import { pipelineUrl } from "./pipeline-url.js";
import { encodedPath } from "./plain.js";

/** Where a report is shown: how long it may be, and where its links lead. */
export interface ReportPlatform {
  /** Characters that a comment may have. */
  readonly limit: number;
  /** Page of a line of a file. @returns undefined where no such page is known */
  readonly blob: (place: string) => string | undefined;
  /** Page of a commit. */
  readonly commit: (commit: string) => string | undefined;
  /** Page of the run, with its artifacts. @default - not in CI */
  readonly run?: string;
}

/** The limits of comments: GitHub counts 65,536 characters, GitLab 1,000,000. */
const limits = { github: 65_536, gitlab: 1_000_000 } as const;

/**
 * What the environment says about the platform that the report is made on.
 *
 * @param prefix Folder of the workspace in its repository, with a slash at its end, or empty
 */
export function reportPlatformOf(env: Readonly<NodeJS.ProcessEnv>, prefix = ""): ReportPlatform {
  return (
    github(env, prefix) ??
    gitlab(env, prefix) ?? { limit: limits.github, blob: () => undefined, commit: () => undefined }
  );
}

function github(env: Readonly<NodeJS.ProcessEnv>, prefix: string): ReportPlatform | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_SHA: sha } = env;
  if (!server || !repository) return undefined;
  const base = `${server}/${repository}`;
  return {
    limit: limits.github,
    blob: (place) => (sha ? fileUrl(`${base}/blob/${sha}`, prefix, place) : undefined),
    commit: (commit) => commitUrl(base, commit),
    ...runOf(env),
  };
}

function gitlab(env: Readonly<NodeJS.ProcessEnv>, prefix: string): ReportPlatform | undefined {
  const { CI_PROJECT_URL: base, CI_COMMIT_SHA: sha } = env;
  if (!base) return undefined;
  return {
    limit: limits.gitlab,
    blob: (place) => (sha ? fileUrl(`${base}/-/blob/${sha}`, prefix, place) : undefined),
    commit: (commit) => commitUrl(`${base}/-`, commit),
    ...runOf(env),
  };
}

function runOf(env: Readonly<NodeJS.ProcessEnv>): Pick<ReportPlatform, "run"> {
  const run = pipelineUrl(env);
  return run === undefined ? {} : { run };
}

/** `inventory/a.yaml:14` as a page; a path that leaves the repository has none. */
function fileUrl(base: string, prefix: string, place: string): string | undefined {
  const [, file = place, line] = /^(.*?):(\d+)(?::\d+)?$/s.exec(place) ?? [];
  const path = posix.normalize(prefix + file);
  if (path.startsWith("..") || path.startsWith("/")) return undefined;
  return `${base}/${encodedPath(path)}${line ? `#L${line}` : ""}`;
}

function commitUrl(base: string, commit: string): string | undefined {
  return /^[0-9a-f]{7,64}$/.test(commit) ? `${base}/commit/${commit}` : undefined;
}

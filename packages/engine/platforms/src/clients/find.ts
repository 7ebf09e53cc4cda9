import { type PlatformOptions, surroundings, type Surroundings } from "./environment.js";
import { NotPossible } from "./errors.js";
import { GitHub } from "./github.js";
import { GitLab } from "./gitlab.js";
import type { Platform } from "./platform.js";
import type { RestSettings } from "./rest.js";

export { createOnce } from "./create-once.js";
export type { PlatformOptions, Surroundings } from "./environment.js";
export { NotPossible, PlatformError } from "./errors.js";
export { type CommitStatus, type Platform, type PlatformIssue, sameText } from "./platform.js";
export { RestApi, type RestSettings } from "./rest.js";
export { type Expectations, noChange } from "./no-change.js";
export { keyIn, markerOf, type Posted, postSticky } from "./sticky-comment.js";

/** A platform, and where the run is on it. */
export interface FoundPlatform {
  readonly platform: Platform;
  readonly surroundings: Surroundings;
}

/**
 * Finds the platform of a run from flags and the environment of its pipeline; asks it nothing yet.
 *
 * @throws NotPossible when there is none, or no token for it
 */
export function findPlatform(
  options: PlatformOptions,
  env: Readonly<NodeJS.ProcessEnv>,
  patience: Pick<RestSettings, "onWait" | "patienceMs"> = {},
): FoundPlatform {
  const found = surroundings(options, env);
  const { platform, apiUrl, project, token, jobToken, branch } = found;
  if (!token)
    throw new NotPossible(
      `there is no token for ${platform === "github" ? "GitHub" : "GitLab"}`,
      platform === "github"
        ? "Set GITHUB_TOKEN; in a workflow: env: { GITHUB_TOKEN: ${{ github.token }} }"
        : "Set GITLAB_TOKEN to a project access token with the scope api",
    );
  const shared = { apiUrl, token, ...patience };
  return {
    surroundings: found,
    platform:
      platform === "github"
        ? new GitHub({ ...shared, repository: project })
        : new GitLab({ ...shared, project, jobToken, ...(branch === undefined ? {} : { branch }) }),
  };
}

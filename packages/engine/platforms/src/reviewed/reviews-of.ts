import { RestApi } from "../clients/rest.js";
import type { Surroundings } from "../clients/environment.js";
import { GitHubReviews } from "./github.js";
import { GitLabReviews } from "./gitlab.js";
import type { Reviews } from "./review.js";

export type { Review, Reviews } from "./review.js";
export { takePlans } from "./take.js";

/** The reviews that a platform keeps. @param token May read pull requests and what pipelines leave */
export function reviewsOf({ platform, apiUrl, project, jobToken }: Surroundings, token: string): Reviews {
  const base = apiUrl.replace(/\/+$/, "");
  if (platform === "github") {
    const headers = { accept: "application/vnd.github+json", authorization: `Bearer ${token}` };
    const remedies = {
      unauthorized: "Set GITHUB_TOKEN",
      forbidden: "Give the job `permissions: { actions: read, pull-requests: read }`",
    };
    return new GitHubReviews(new RestApi({ name: "GitHub", base, headers, token, remedies }), project);
  }
  const headers = { [jobToken ? "job-token" : "private-token"]: token };
  const remedy = "Set GITLAB_TOKEN to a project access token with the scope read_api";
  const remedies = { unauthorized: remedy, forbidden: remedy };
  return new GitLabReviews(new RestApi({ name: "GitLab", base, headers, token, remedies }), project);
}

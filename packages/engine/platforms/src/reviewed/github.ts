import { z } from "zod";
import type { RestApi } from "../clients/rest.js";
import type { Review, Reviews } from "./review.js";

const pull = z.object({ number: z.int(), merged_at: z.string().nullable(), head: z.object({ sha: z.string() }) });
const artifact = z.object({
  id: z.int(),
  expired: z.boolean(),
  workflow_run: z.object({ head_sha: z.string(), repository_id: z.int(), head_repository_id: z.int() }).nullable(),
});
const artifacts = z.object({ artifacts: z.array(artifact) });

/** The reviews of a repository on GitHub: merged pull requests, and artifacts named `infra-plan-<commit>`. */
export class GitHubReviews implements Reviews {
  constructor(
    private readonly api: RestApi,
    private readonly repository: string,
  ) {}

  async of(commit: string): Promise<Review | undefined> {
    const base = `/repos/${this.repository}`;
    const pulls = await this.api.ask(z.array(pull), { path: `${base}/commits/${commit}/pulls` });
    const merged = pulls.find(({ merged_at }) => merged_at !== null);
    if (!merged) return undefined;
    const title = `pull request ${String(merged.number)}`;
    const { sha } = merged.head;
    const found = await this.api.ask(artifacts, { path: `${base}/actions/artifacts?name=infra-plan-${sha}` });
    // A workflow of a fork can leave an artifact with any name.
    const own = found.artifacts.find(
      ({ expired, workflow_run: run }) =>
        !expired && run?.head_sha === sha && run.repository_id === run.head_repository_id,
    );
    if (!own) return { title, reason: "its pipeline left no plans of this repository, or they have expired" };
    return { title, plans: await this.api.bytes(`${base}/actions/artifacts/${String(own.id)}/zip`) };
  }
}

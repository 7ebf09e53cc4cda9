import { z } from "zod";
import type { RestApi } from "../clients/rest.js";
import type { Review, Reviews } from "./review.js";

const request = z.object({
  iid: z.int(),
  state: z.string(),
  source_project_id: z.int().nullable(),
  target_project_id: z.int(),
});
const pipeline = z.object({ id: z.int() });
const job = z.object({ id: z.int(), name: z.string(), artifacts_file: z.object({ filename: z.string() }).nullish() });

/** The reviews of a project on GitLab: merged merge requests, and the artifacts of their job `plan`. */
export class GitLabReviews implements Reviews {
  constructor(
    private readonly api: RestApi,
    private readonly project: string,
  ) {}

  async of(commit: string): Promise<Review | undefined> {
    const base = `/projects/${encodeURIComponent(this.project)}`;
    const requests = await this.api.ask(z.array(request), {
      path: `${base}/repository/commits/${commit}/merge_requests`,
    });
    const merged = requests.find(({ state }) => state === "merged");
    if (!merged) return undefined;
    const title = `merge request ${String(merged.iid)}`;
    if (merged.source_project_id !== merged.target_project_id)
      return { title, reason: "it came from a fork, whose plans are offline" };
    const [newest] = await this.api.ask(z.array(pipeline), {
      path: `${base}/merge_requests/${String(merged.iid)}/pipelines?per_page=1`,
    });
    const jobs = newest
      ? await this.api.ask(z.array(job), { path: `${base}/pipelines/${String(newest.id)}/jobs?per_page=100` })
      : [];
    const plan = jobs.find(({ name, artifacts_file }) => name === "plan" && artifacts_file);
    if (!plan) return { title, reason: "its last pipeline left no plans, or they have expired" };
    return { title, plans: await this.api.bytes(`${base}/jobs/${String(plan.id)}/artifacts`) };
  }
}

import type { ProductRepository } from "../product.js";
import type { GitHubPlatform } from "./platform.js";
import type { GitHubEvent } from "./runner.js";

const repository = { default_branch: "main" };

/** What GitHub says of a push to pull request 7. */
export async function pullRequest(
  product: ProductRepository,
  platform: GitHubPlatform,
  branch: string,
  { fork = false, title = "feat: change" }: { fork?: boolean; title?: string } = {},
): Promise<GitHubEvent> {
  const base = await product.offer(branch);
  const repo = { full_name: platform.repository };
  const sha = await product.git("rev-parse", branch);
  const head = { ref: branch, sha, repo: fork ? { full_name: "else/shop" } : repo };
  const payload = {
    repository,
    pull_request: { number: platform.server.pullRequest, title, head, base: { sha: base, repo } },
  };
  return { name: "pull_request", ref: "refs/pull/7/merge", fork, payload };
}

/** What GitHub says of something that happens on the main branch. @param before What main was before a push */
export function onMain(name: "push" | "schedule" | "workflow_dispatch", before?: string): GitHubEvent {
  return { name, ref: "refs/heads/main", payload: { repository, ...(before === undefined ? {} : { before }) } };
}

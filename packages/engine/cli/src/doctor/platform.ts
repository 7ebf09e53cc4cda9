import { InfraError } from "@infra/inventory";
import type { Finding } from "./doctor.js";

/** Does the token of the pipeline's platform work? Outside of pipelines there is nothing to say. */
export async function platformFindings(env: Readonly<NodeJS.ProcessEnv>): Promise<Finding[]> {
  if (!env["GITHUB_ACTIONS"] && !env["GITLAB_CI"]) return [];
  const { findPlatform } = await import("@infra/platforms");
  try {
    const { platform } = findPlatform({}, env, { patienceMs: 5_000 });
    return [{ level: "ok", message: `platform: ${platform.where}, with the token of ${await platform.account()}` }];
  } catch (error) {
    if (!(error instanceof InfraError)) throw error;
    const [first] = error.problems;
    const message = `platform: ${first?.message ?? error.message}; comments and issues are not possible`;
    return [{ level: "warning", message, ...(first ? { remedy: first.remedy } : {}) }];
  }
}

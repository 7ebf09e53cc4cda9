import { randomUUID } from "node:crypto";
import { startOfProcess } from "../state/process-identity.js";

type Environment = Readonly<NodeJS.ProcessEnv>;

/**
 * The run that the environment names: `INFRA_RUN`, else the run of a GitHub workflow or the pipeline of GitLab. Jobs of one run share it.
 *
 * @returns undefined outside of them
 */
export function namedRun({ INFRA_RUN, GITHUB_RUN_ID, CI_PIPELINE_ID }: Environment): string | undefined {
  if (INFRA_RUN) return INFRA_RUN;
  if (GITHUB_RUN_ID) return `github-${GITHUB_RUN_ID}`;
  return CI_PIPELINE_ID ? `gitlab-${CI_PIPELINE_ID}` : undefined;
}

/** The run that results belong to: the one that is named, else the Nx command that this process is part of, else a new one. */
export function runIdOf(env: Environment): string {
  return namedRun(env) ?? nxRun(env) ?? randomUUID();
}

/** Process ids come again; together with the start of the process they don't. */
function nxRun({ NX_INVOCATION_ROOT_PID: pid }: Environment): string | undefined {
  return pid ? `nx-${pid}-${startOfProcess(Number(pid)) ?? "0"}` : undefined;
}

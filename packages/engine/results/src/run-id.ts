import { randomUUID } from "node:crypto";

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

/** The run that results belong to: the one that is named, else the Nx command whose task this process does, else a new one. */
export function runIdOf(env: Environment): string {
  const command = env["INFRA_NX_COMMAND"];
  return namedRun(env) ?? (command ? `nx-${command}` : randomUUID());
}

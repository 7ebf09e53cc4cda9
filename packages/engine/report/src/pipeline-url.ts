/** Page of the pipeline. @returns undefined outside of one */
export function pipelineUrl(env: Readonly<NodeJS.ProcessEnv>): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run, CI_PIPELINE_URL } = env;
  return server && repository && run ? `${server}/${repository}/actions/runs/${run}` : CI_PIPELINE_URL || undefined;
}

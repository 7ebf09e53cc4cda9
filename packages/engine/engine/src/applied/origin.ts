import { setting } from "@infra/inventory";
import { git } from "@infra/io";
import { thisProcess } from "@infra/state";

/** Who applies, and from which commit. */
export interface ApplyOrigin {
  /** `ada@build-7`; in CI the person who started the pipeline. */
  readonly by: string;
  /** With `-dirty` when files differ from it. @default - it is no git repository */
  readonly commit?: string;
}

/** Who applies, and the commit that the workspace is at. */
export async function originOfApply(root: string, env: Readonly<NodeJS.ProcessEnv>): Promise<ApplyOrigin> {
  const { user, host } = thisProcess();
  const by = `${setting(env, "GITHUB_ACTOR") ?? setting(env, "GITLAB_USER_LOGIN") ?? user}@${host}`;
  const head = await git(root, "rev-parse", "HEAD");
  if (!head) return { by };
  // What runs leave behind is no change of what is applied.
  const changes = await git(root, "status", "--porcelain", "--", ".", ":(exclude)state", ":(exclude).infra");
  return { by, commit: changes ? `${head}-dirty` : head };
}

import type { Command } from "commander";
import { type CommonOptions, print, withCommonOptions, workspaceOf } from "./options.js";

/** What a change is compared with. */
export interface BaseOptions extends CommonOptions {
  readonly base?: string;
  readonly head?: string;
}

const examples = `
Examples:
  $ infra affected --base origin/main              in a pull request
  $ infra affected --base HEAD~1 --head HEAD       of the last commit
  $ infra plan --affected --base origin/main       plans them`;

/** Adds the command that lists what a change affects. */
export function addAffectedCommand(program: Command): void {
  withBaseOptions(
    withCommonOptions(program.command("affected").description("list the deployments that a change affects")),
  )
    .addHelpText("after", examples)
    .action(affected);
}

/** Adds the options that name a change. */
export function withBaseOptions(command: Command): Command {
  return command
    .option("--base <ref>", "what to compare with (default: NX_BASE, else defaultBase of nx.json, else main)")
    .option("--head <ref>", "what is compared (default: the working tree, with what is not committed)");
}

/** The deployments that a change affects. @throws InfraError when a revision is not known */
export async function affectedBy({ base, head, inventory }: BaseOptions): Promise<{ id: string; project: string }[]> {
  const { affectedDeployments } = await import("@infra/affected");
  const { relative } = await import("node:path");
  const workspace = workspaceOf(inventory === undefined ? {} : { inventory });
  return await affectedDeployments({
    root: workspace.root,
    ...(inventory === undefined ? {} : { inventory: relative(workspace.root, workspace.inventory) }),
    ...(base === undefined ? {} : { base }),
    ...(head === undefined ? {} : { head }),
  });
}

async function affected(options: BaseOptions): Promise<void> {
  const found = await affectedBy(options);
  print(options, found, () => found.map(({ id }) => id).join("\n"));
}

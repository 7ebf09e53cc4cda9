import { type Command, Option } from "commander";
import type { IssuesOptions, NotifyOptions } from "./follow-up-actions.js";
import { positive, withCommonOptions } from "./options.js";
import type { CommentOptions, CommitStatusOptions } from "./platform-actions.js";
import { withPlatformOptions } from "./platform-options.js";

/** Adds the commands that speak to the platform of the repository: comments, commit statuses. */
export function addPlatformCommands(program: Command): void {
  withPlatformOptions(program.command("comment"))
    .description("keep one comment on the pull request of the pipeline: written once, then updated in place")
    .requiredOption("-f, --file <path>", "Markdown to post; - for the standard input")
    .option("-k, --key <key>", "tells several comments of a pull request apart (default: the one of the file, or plan)")
    .option("--pull-request <n>", "its number (default: the pipeline's)", positive)
    .option("--if-possible", "say so and exit 0 where there is no pull request, no token, or one that may not write")
    .option("--json", "print JSON, for machines")
    .addHelpText("after", commentExamples)
    .action(async (options: CommentOptions) => (await actions()).comment(options));
  withPlatformOptions(withCommonOptions(program.command("commit-status")))
    .description("mark the commit of the pipeline: success only when its plans change nothing")
    .argument("[deployments...]", "which had to be planned (default: those that were)")
    .option("--none", "no deployment had to be planned")
    .option("--pending", "mark it as not known yet, before the plans")
    .option("--from <path>", "results of plans: a folder, or a file of infra plan --json (default: .infra/results)")
    .option("--name <name>", "name of the mark", "infra/no-change")
    .option("--commit <sha>", "full hash (default: the pipeline's)")
    .option("--if-possible", "say so and exit 0 where there is no commit, no token, or one that may not write")
    .addHelpText("after", statusExamples)
    .action(async (ids: string[], options: CommitStatusOptions) => (await actions()).commitStatus(ids, options));
}

/** Adds the commands that do something with results of runs: issues of drift, notifications. */
export function addFollowUpCommands(program: Command): void {
  const from = "results: a folder, or a file of infra <verb> --json (default: .infra/results)";
  withPlatformOptions(withCommonOptions(program.command("issues")))
    .description(
      "keep an issue per deployment that drifts, from the results of infra drift; as infra drift --issues does",
    )
    .option("--from <path>", from)
    .option("--notify", "tell those whom product.yaml names what is new")
    .action(async (options: IssuesOptions) => (await followUpActions()).issues(options));
  withCommonOptions(program.command("notify"))
    .description("tell those whom product.yaml names what results say, each time that it is run")
    .option("--from <path>", from)
    .addOption(
      new Option("--verb <verb>", "of which verb").choices(["plan", "apply", "destroy", "drift"]).default("drift"),
    )
    .option("--test", "tell everybody that they can be told, and nothing else")
    .action(async (options: NotifyOptions) => (await followUpActions()).notify(options));
}

function followUpActions() {
  return import("./follow-up-actions.js");
}

const commentExamples = `
Examples:
  $ infra report --format markdown > summary.md
  $ infra comment --file summary.md                      in a pipeline, with GITHUB_TOKEN or GITLAB_TOKEN
  $ infra comment --file cost.md --key cost --if-possible
  $ infra comment --file summary.md --platform github --project acme/shop --pull-request 7`;

const statusExamples = `
Examples:
  $ infra commit-status --pending                        before the plans
  $ infra commit-status production/network production/compute`;

/** Loaded by who needs them. */
function actions() {
  return import("./platform-actions.js");
}

import { type Command, Option } from "commander";
import { platformNames } from "@infra/platforms";
import type { IssuesOptions, NotifyOptions } from "./follow-up-actions.js";
import { type CommonOptions, positive, withCommonOptions } from "./options.js";
import type { CommentOptions, CommitStatusOptions } from "./platform-actions.js";

/** Adds the commands that speak to the platform of the repository: comments, commit statuses. */
export function addPlatformCommands(program: Command): void {
  withPlatformOptions(program.command("comment"))
    .description("create or update one comment on the pull request of the pipeline")
    .requiredOption("-f, --file <path>", "file with the Markdown to post; - for the standard input")
    .option(
      "-k, --key <key>",
      "key that distinguishes several comments of a pull request (default: the one in the file, or plan)",
    )
    .option("--pull-request <n>", "number of the pull request (default: the pipeline's)", positive)
    .option("--if-possible", "exit with 0 when the pull request or the token is missing, or the token may not write")
    .option("--json", "print JSON")
    .addHelpText("after", commentExamples)
    .action(async (options: CommentOptions) => (await actions()).comment(options));
  withPlatformOptions(withCommonOptions(program.command("commit-status")))
    .description("set the status of the pipeline's commit: success only when its plans contain no changes")
    .argument("[deployments...]", "deployments that had to be planned (default: those that were planned)")
    .option("--none", "no deployment had to be planned")
    .option("--pending", "set the status to pending, before the plans")
    .option("--from <path>", "folder of results, or output of infra plan --json (default: .infra/results)")
    .option("--name <name>", "name of the status", "infra/no-change")
    .option("--commit <sha>", "full hash of the commit (default: the pipeline's)")
    .option("--if-possible", "exit with 0 when the commit or the token is missing, or the token may not write")
    .addHelpText("after", statusExamples)
    .action(async (ids: string[], options: CommitStatusOptions) => (await actions()).commitStatus(ids, options));
}

/** Adds the commands that do something with results of runs: issues of drift, notifications. */
export function addFollowUpCommands(program: Command): void {
  const from = "folder of results, or output of infra <verb> --json (default: .infra/results)";
  withPlatformOptions(withCommonOptions(program.command("issues")))
    .description(
      "maintain an issue per deployment that drifts, from the results of infra drift; the same as infra drift --issues",
    )
    .option("--from <path>", from)
    .option("--notify", "send the notifications that product.yaml configures, about what is new")
    .action(async (options: IssuesOptions) => (await followUpActions()).issues(options));
  withCommonOptions(program.command("notify"))
    .description("send the notifications that product.yaml configures, about the results of a run")
    .option("--from <path>", from)
    .addOption(
      new Option("--verb <verb>", "verb of the results")
        .choices(["plan", "apply", "destroy", "drift"])
        .default("drift"),
    )
    .option("--test", "send a test notification to everyone instead")
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

/** Adds what a user may say of the platform; the environment of a pipeline says the rest. */
export function withPlatformOptions(command: Command): Command {
  return command
    .addOption(new Option("--platform <name>", "platform (default: the pipeline's)").choices(platformNames))
    .option("--project <path>", "<owner>/<name>, or its number on GitLab (default: the pipeline's)")
    .option("--api-url <url>", "base URL of the platform's REST API (default: the pipeline's)");
}

/** Options of every command that speaks to the platform. */
export interface PlatformCommandOptions extends CommonOptions {
  readonly platform?: (typeof platformNames)[number];
  readonly project?: string;
  readonly apiUrl?: string;
}

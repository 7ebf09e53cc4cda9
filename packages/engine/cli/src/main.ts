import { Command, CommanderError } from "commander";
import { formatProblemWithFrame, problemsOfError } from "@infra/inventory";
import { addCostCommand } from "./cost.js";
import { withHelp } from "./help.js";
import { addImpactCommand } from "./impact.js";
import { addInspectionCommands } from "./inspection.js";
import { addFollowUpCommands, addPlatformCommands } from "./platform.js";
import { addProviderCommands } from "./providers.js";
import { addReportCommand } from "./report.js";
import { addReviewedCommand } from "./reviewed.js";
import { addSecretCommands } from "./secrets.js";
import { addStateCommands } from "./state.js";
import { addStatusCommand } from "./status.js";
import { addTestCommand } from "./test.js";
import { addVerbCommands } from "./verbs.js";

const examples = `
Examples:
  $ infra list                                list the deployments of the inventory
  $ infra plan --offline                      plan everything, with no account
  $ infra plan production/compute             plan one deployment; the plan is saved
  $ infra apply production/compute            apply the saved plan, after approval
  $ infra status                              what is applied, compared with the inventory
  $ infra providers list                      list the versions of Terraform providers, and what is behind
  $ infra secrets check                       show which secret store has which secret
  $ infra cost --offline                      show what everything costs per month, by list prices
  $ infra report --format markdown            write the last plan as Markdown, for a comment
  $ infra drift --json                        compare the state with the cloud; print JSON
  $ infra drift --issues --notify             maintain an issue per deployment that drifts, and notify

Exit codes: 0 no change, 2 changes, 1 error.
Environment: INFRA_STATE_PASSPHRASE encrypts states and plans, INFRA_STATE_PASSPHRASE_OLD reads those from before a rekey; TF_STATE_* and CONSUL_HTTP_TOKEN configure remote states; INFRA_ENGINE names the binary of OpenTofu or Terraform, INFRA_CACHE the cache folder.`;

/** The `infra` command. Sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command("infra")
    .description("Plans and applies the deployments of a product's inventory.")
    .version((require("../package.json") as { version: string }).version)
    .addHelpText("after", examples)
    .showSuggestionAfterError()
    .exitOverride();
  addVerbCommands(program);
  addCostCommand(program);
  addReportCommand(program);
  addInspectionCommands(program);
  addStatusCommand(program);
  addProviderCommands(program);
  addStateCommands(program);
  addSecretCommands(program);
  addImpactCommand(program);
  addReviewedCommand(program);
  addTestCommand(program);
  addPlatformCommands(program);
  addFollowUpCommands(program);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreClosed);
  withHelp(program);
  const doing = ["infra", ...argv.slice(2, 3).filter((word) => !word.startsWith("-"))].join(" ");
  // What no promise of the command waits for ends it, too: with one line, and exit code 1.
  const unexpected = (error: unknown) => {
    process.exitCode = report(error, doing);
    process.exit();
  };
  process.once("uncaughtException", unexpected).once("unhandledRejection", unexpected);
  try {
    await program.parseAsync(withoutVerbose(program, argv));
  } catch (error) {
    process.exitCode = report(error, doing);
  } finally {
    process.off("uncaughtException", unexpected).off("unhandledRejection", unexpected);
  }
}

/** Every command takes `--verbose` for the details of what is unexpected; the ones that show more with it have the option. */
function withoutVerbose(program: Command, argv: readonly string[]): string[] {
  const isOwn = (command: Command): boolean => {
    const next = command.commands.find((each) => argv.slice(2).includes(each.name()));
    return next ? isOwn(next) : command.options.some(({ long }) => long === "--verbose");
  };
  return isOwn(program) ? [...argv] : argv.filter((word) => word !== "--verbose");
}

/** Whoever reads the output may go (`| head`, a terminal that is closed): what is being done ends as it should. */
function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
}

function report(error: unknown, doing: string): number {
  if (error instanceof CommanderError) return error.exitCode;
  const problems = problemsOfError(error, doing);
  if (process.argv.includes("--json"))
    process.stdout.write(`${JSON.stringify({ results: [], problems, exitCode: 1 }, null, 2)}\n`);
  process.stderr.write(`${problems.map(formatProblemWithFrame).join("\n")}\n`);
  return 1;
}

import { Command, CommanderError } from "commander";
import { formatProblemWithFrame } from "@infra/inventory";
import { addCostCommand } from "./cost.js";
import { withHelp } from "./help.js";
import { addImpactCommand } from "./impact.js";
import { addInspectionCommands } from "./inspection.js";
import { addFollowUpCommands, addPlatformCommands } from "./platform.js";
import { addReportCommand } from "./report.js";
import { addReviewedCommand } from "./reviewed.js";
import { addSecretCommands } from "./secrets.js";
import { addStateCommands } from "./state.js";
import { addStatusCommand } from "./status.js";
import { addTestCommand } from "./test.js";
import { addVerbCommands } from "./verbs.js";

const examples = `
Examples:
  $ infra list                                what the inventory holds
  $ infra plan --offline                      plan everything, with no account
  $ infra plan production/compute             plan one deployment; the plan is saved
  $ infra apply production/compute            apply the saved plan, after a question
  $ infra status                              what is applied, against what the inventory says now
  $ infra secrets check                       which secret store has which secret
  $ infra cost --offline                      what everything costs per month, by list prices
  $ infra report --format markdown            what the last plan found, for a comment
  $ infra drift --json                        what differs between state and cloud, for machines
  $ infra drift --issues --notify             keep an issue per deployment that drifts, tell of what is new

Exit codes: 0 no change, 2 changes, 1 error.
Environment: INFRA_STATE_PASSPHRASE encrypts states and plans, INFRA_STATE_PASSPHRASE_OLD reads those before a rekey; TF_STATE_* and CONSUL_HTTP_TOKEN reach remote states; INFRA_ENGINE names the engine's binary; INFRA_CACHE the cache folder.`;

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
  addStateCommands(program);
  addSecretCommands(program);
  addImpactCommand(program);
  addReviewedCommand(program);
  addTestCommand(program);
  addPlatformCommands(program);
  addFollowUpCommands(program);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreClosed);
  withHelp(program);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = await report(error);
  }
}

/** Whoever reads the output may go (`| head`, a terminal that is closed): what is being done ends as it should. */
function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
}

async function report(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode;
  const { problemsOfError } = await import("@infra/inventory");
  const problems = problemsOfError(error);
  if (process.argv.includes("--json"))
    process.stdout.write(`${JSON.stringify({ results: [], problems, exitCode: 1 }, null, 2)}\n`);
  process.stderr.write(`${problems.map(formatProblemWithFrame).join("\n")}\n`);
  return 1;
}

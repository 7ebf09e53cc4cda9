import { Command, CommanderError } from "commander";
import { withHelp } from "./help.js";

type AddCommands = (program: Command) => void;

/** The commands in the order of the help, and who adds them: only what the command line names is loaded. */
export const groups: readonly { readonly commands: readonly string[]; readonly load: () => Promise<AddCommands> }[] = [
  {
    commands: ["synth", "validate", "policy", "plan", "apply", "destroy", "drift", "output"],
    load: async () => (await import("./verbs.js")).addVerbCommands,
  },
  { commands: ["cost"], load: async () => (await import("./cost.js")).addCostCommand },
  { commands: ["report"], load: async () => (await import("./report.js")).addReportCommand },
  {
    commands: ["list", "doctor", "configured", "schema"],
    load: async () => (await import("./inspection.js")).addInspectionCommands,
  },
  { commands: ["affected"], load: async () => (await import("./affected.js")).addAffectedCommand },
  { commands: ["status"], load: async () => (await import("./status.js")).addStatusCommand },
  { commands: ["providers"], load: async () => (await import("./providers.js")).addProviderCommands },
  { commands: ["state"], load: async () => (await import("./state.js")).addStateCommands },
  { commands: ["secrets"], load: async () => (await import("./secrets.js")).addSecretCommands },
  { commands: ["impact"], load: async () => (await import("./impact.js")).addImpactCommand },
  { commands: ["reviewed"], load: async () => (await import("./reviewed.js")).addReviewedCommand },
  { commands: ["test"], load: async () => (await import("./test.js")).addTestCommand },
  {
    commands: ["comment", "commit-status"],
    load: async () => (await import("./platform.js")).addPlatformCommands,
  },
  { commands: ["issues", "notify"], load: async () => (await import("./platform.js")).addFollowUpCommands },
];

const examples = `
Examples:
  $ infra list                                list the deployments of the inventory
  $ infra plan --offline                      plan everything, with no account
  $ infra plan --affected --base origin/main  plan what a change affects
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
  for (const { load } of wanted(argv.slice(2))) (await load())(program);
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

/** The groups that a command line needs: all of them where it names no command, for the help and for suggestions. */
function wanted([word = ""]: readonly string[]): typeof groups {
  if (word === "--version" || word === "-V") return [];
  const named = groups.filter(({ commands }) => commands.includes(word));
  return named.length > 0 ? named : groups;
}

/** Whoever reads the output may go (`| head`, a terminal that is closed): what is being done ends as it should. */
function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
}

function report(error: unknown, doing: string): number {
  if (error instanceof CommanderError) return error.exitCode;
  const { formatProblemWithFrame, problemsOfError } = require("@infra/inventory") as typeof import("@infra/inventory");
  const problems = problemsOfError(error, doing);
  if (process.argv.includes("--json"))
    process.stdout.write(`${JSON.stringify({ results: [], problems, exitCode: 1 }, null, 2)}\n`);
  process.stderr.write(`${problems.map(formatProblemWithFrame).join("\n")}\n`);
  return 1;
}

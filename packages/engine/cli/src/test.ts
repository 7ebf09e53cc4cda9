import type { Command } from "commander";
import { formatProblemWithFrame } from "@infra/inventory";
import type { DeploymentResult, Verb } from "@infra/results";
import type { TrialStep } from "./trial.js";
import { interruption } from "./interruption.js";
import { type CommonOptions, print, withCommonOptions, workspaceOf } from "./options.js";
import { progressOf } from "./progress.js";

const examples = `
Examples:
  $ infra test                      the whole inventory, with no account
  $ infra test production/compute   one deployment that refers to no other`;

const said: Partial<Record<Verb, string>> = {
  apply: "applied to an empty emulated cloud",
  policy: "keep the rules that every deployment keeps",
  plan: "have nothing to change after it",
  drift: "are what their states say",
};

/** Adds the command that tries deployments in an empty emulated cloud. */
export function addTestCommand(program: Command): void {
  withCommonOptions(
    program
      .command("test")
      .description("apply deployments to an empty emulated cloud, check them, and expect no further changes"),
  )
    .argument("[deployments...]", "<environment>/<name> (default: all)")
    .addHelpText("after", examples)
    .action(test);
}

async function test(ids: readonly string[], options: CommonOptions): Promise<void> {
  const { trial } = await import("./trial.js");
  const { root, inventory } = workspaceOf(options);
  let progress = progressOf("apply", process.stderr, true);
  const request = {
    root,
    inventory,
    ...(ids.length > 0 ? { deployments: ids } : {}),
    ...interruption({ say: (line) => progress.say(line), stop: () => progress.stop() }),
    onStart: (id: string) => progress.start(id),
    onResult: (result: DeploymentResult) => progress.end(result),
  };
  const steps = await trial(request, (verb) => {
    progress.stop();
    progress = progressOf(verb, process.stderr, true);
  }).finally(() => progress.stop());
  const failed = steps.some(({ problems }) => problems.length > 0);
  process.exitCode = failed ? 1 : 0;
  print(options, { steps, exitCode: process.exitCode }, () => steps.map(textOf).join("\n"));
}

function textOf({ result: { verb, results }, problems }: TrialStep): string {
  const count = `${String(results.length)} ${results.length === 1 ? "deployment" : "deployments"}`;
  if (problems.length === 0) return `✓ ${count}: ${said[verb] ?? verb}`;
  return [`✗ ${count}: ${verb} failed`, ...problems.map(formatProblemWithFrame)].join("\n");
}

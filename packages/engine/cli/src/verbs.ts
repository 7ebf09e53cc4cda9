import { type Command, Option } from "commander";
import type { Verb } from "@infra/results";
import { withBaseOptions } from "./affected.js";
import { positive, withCommonOptions } from "./options.js";
import { withPlatformOptions } from "./platform-options.js";
import type { VerbOptions } from "./verb-actions.js";

const descriptions: Record<Exclude<Verb, "cost">, string> = {
  synth: "write the configuration of deployments to .infra",
  validate: "check the synthesized configuration with OpenTofu or Terraform",
  policy: "plan, and check the plans against the policy",
  plan: "show what an apply would change, and save the plan",
  apply: "apply the saved plan, or create one; asks for approval first",
  destroy: "destroy all resources of deployments; asks for approval first",
  drift: "compare the state with the cloud, without changing either",
  output: "print the outputs of applied deployments",
};

/** Adds one command per verb. */
export function addVerbCommands(program: Command): void {
  for (const [verb, description] of Object.entries(descriptions) as [Verb, string][]) {
    const command = withCommonOptions(program.command(verb).description(description))
      .argument(
        "[deployments...]",
        changes(verb) ? "<environment>/<name>; or use --all" : "<environment>/<name> (default: all)",
      )
      .option("-a, --all", "all deployments of the inventory")
      .addOption(verboseOption(verb))
      .option("-p, --parallelism <n>", "number of deployments at once (default: the number of processors)", positive);
    if (!changes(verb) && verb !== "output")
      withBaseOptions(command.option("--affected", "the deployments that a change affects"));
    if (verb !== "synth" && verb !== "output")
      command.option(
        "--profile",
        "print where the time goes, and write .infra/profile.json for the trace viewer of Chrome",
      );
    if (verb === "plan") command.option("-D, --destroy", "plan to destroy all resources of the deployments");
    if (verb === "plan")
      command.option("--reselect", "choose server types and images from the current tables, also for existing servers");
    if (changes(verb)) command.option("-y, --yes", "skip the approval");
    if (verb === "apply") command.option("--planned", "apply only plans that were saved before");
    if (changes(verb) || verb === "drift")
      command.option("--notify", "send the notifications that product.yaml configures");
    if (verb === "drift")
      withPlatformOptions(
        command.option("--issues", "maintain an issue per deployment that drifts, on GitHub or GitLab"),
      );
    command.action(async (ids: string[], options: VerbOptions) =>
      (await import("./verb-actions.js")).execute(verb, ids, options),
    );
  }
}

/** Of verbs that show no changes it stays accepted, and is not offered. */
function verboseOption(verb: Verb): Option {
  const option = new Option("-v, --verbose", "show every change of every deployment");
  return option.hideHelp(verb === "synth" || verb === "validate" || verb === "output");
}

/** Is a verb one that changes clouds? */
export function changes(verb: Verb): boolean {
  return verb === "apply" || verb === "destroy";
}

import { type Command, Option } from "commander";
import type { Verb } from "@infra/results";
import { withBaseOptions } from "./affected.js";
import { positive, withCommonOptions } from "./options.js";
import { withPlatformOptions } from "./platform-options.js";
import type { VerbOptions } from "./verb-actions.js";

const descriptions: Record<Exclude<Verb, "cost">, string> = {
  synth: "write the engine's configuration of deployments to .infra",
  validate: "check the synthesized configuration with the engine",
  policy: "plan, and check the result against the rules that every deployment keeps",
  plan: "show what an apply would change, and save the plan",
  apply: "apply the saved plan, or plan now; asks before it changes anything",
  destroy: "delete everything that deployments own; asks first",
  drift: "compare the state with the cloud; changes neither",
  output: "print the outputs of applied deployments",
};

/** Adds one command per verb. */
export function addVerbCommands(program: Command): void {
  for (const [verb, description] of Object.entries(descriptions) as [Verb, string][]) {
    const command = withCommonOptions(program.command(verb).description(description))
      .argument(
        "[deployments...]",
        "<environment>/<name>; all when none is given" + (changes(verb) ? " and --all is" : ""),
      )
      .option("-a, --all", "all deployments of the inventory")
      .addOption(verboseOption(verb))
      .option("-p, --parallelism <n>", "deployments at once (default: the number of processors)", positive);
    if (!changes(verb) && verb !== "output")
      withBaseOptions(command.option("--affected", "the deployments that a change affects"));
    if (verb !== "synth" && verb !== "output")
      command.option(
        "--profile",
        "print where the time goes, and write .infra/profile.json for the trace viewer of Chrome",
      );
    if (verb === "plan") command.option("-D, --destroy", "plan the removal of everything that the deployments own");
    if (verb === "plan")
      command.option("--reselect", "choose kinds of servers and images by the tables of now, whatever is deployed");
    if (changes(verb)) command.option("-y, --yes", "do not ask");
    if (verb === "apply") command.option("--planned", "only plans that were saved before: refuse to plan now");
    if (changes(verb) || verb === "drift") command.option("--notify", "tell those whom product.yaml names");
    if (verb === "drift")
      withPlatformOptions(command.option("--issues", "keep an issue per deployment that drifts, on GitHub or GitLab"));
    command.action(async (ids: string[], options: VerbOptions) =>
      (await import("./verb-actions.js")).execute(verb, ids, options),
    );
  }
}

/** Of verbs that show no changes it stays accepted, and is not offered. */
function verboseOption(verb: Verb): Option {
  const option = new Option("-v, --verbose", "every change of every deployment");
  return option.hideHelp(verb === "synth" || verb === "validate" || verb === "output");
}

/** Is a verb one that changes clouds? */
export function changes(verb: Verb): boolean {
  return verb === "apply" || verb === "destroy";
}

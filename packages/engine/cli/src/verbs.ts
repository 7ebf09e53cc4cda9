import { createInterface } from "node:readline/promises";
import { type Command, Option } from "commander";
import { formatProblem, infraError } from "@infra/inventory";
import type { DeploymentResult, RunResult, Verb } from "@infra/results";
import type { FollowUpOptions } from "./follow-up.js";
import { interruption } from "./interruption.js";
import { coloured, positive, print, withCommonOptions, workspaceOf } from "./options.js";
import { withPlatformOptions } from "./platform.js";
import { progressOf } from "./progress.js";

interface VerbOptions extends FollowUpOptions {
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly planned?: boolean;
  readonly destroy?: boolean;
  readonly reselect?: boolean;
  readonly verbose?: boolean;
  readonly parallelism?: number;
}

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
    command.action((ids: string[], options: VerbOptions) => execute(verb, ids, options));
  }
}

/** Of verbs that show no changes it stays accepted, and is not offered. */
function verboseOption(verb: Verb): Option {
  const option = new Option("-v, --verbose", "show every change of every deployment");
  return option.hideHelp(verb === "synth" || verb === "validate" || verb === "output");
}

function changes(verb: Verb): boolean {
  return verb === "apply" || verb === "destroy";
}

async function execute(verb: Verb, ids: readonly string[], options: VerbOptions): Promise<void> {
  const { root, inventory } = workspaceOf(options);
  if ((changes(verb) || options.destroy) && ids.length === 0 && !options.all) {
    const all = ["infra", verb, "--all", options.destroy && "--destroy", options.offline && "--offline"];
    throw infraError(
      `${verb} needs to know which deployments`,
      `Name them, or say all: ${all.filter(Boolean).join(" ")}`,
    );
  }
  const wanted = options.issues === true || options.notify === true;
  const following = wanted ? await import("./follow-up.js") : undefined;
  const followUp = following?.followUp(options, { root, inventory }, ids);
  const { run } = await import("@infra/engine");
  const { renderIgnored, renderSummary } = await import("@infra/report");
  const progress = progressOf(verb, process.stderr, options.json);
  const { offline = false, yes, planned, destroy, reselect, parallelism } = options;
  const { signal, abandon } = interruption(progress);
  const confirm = inTurn((planned: Planned) => progress.pause(() => ask(verb, planned, signal)));
  const result = await run({
    verb,
    root,
    inventory,
    offline,
    ...(yes ? { yes } : {}),
    ...(planned ? { planned } : {}),
    ...(destroy ? { destroy } : {}),
    ...(reselect ? { reselect } : {}),
    ...(ids.length > 0 ? { deployments: ids } : {}),
    ...(parallelism === undefined ? {} : { parallelism }),
    ...(process.stdin.isTTY && !yes ? { confirm } : {}),
    signal,
    abandon,
    onBegin: (all) => {
      progress.begin(all);
    },
    onStart: (id) => {
      progress.start(id);
    },
    onResources: (resources) => {
      progress.resources(resources);
    },
    onResult: (ended) => {
      progress.end(ended);
    },
  }).finally(() => {
    progress.stop();
  });
  const followed = await followUp?.(result);
  const exitCode = followed && followed.problems.length > 0 ? 1 : result.exitCode;
  process.exitCode = exitCode;
  print(options, { ...result, ...followed, exitCode }, () => {
    const quiet = (verb === "output" || verb === "synth") && result.exitCode === 0;
    const summary = quiet ? "" : renderSummary(result, { colour: coloured(process.stdout), offline });
    const ignored = options.verbose ? renderIgnored(result) : "";
    const after = followed ? (following?.renderFollowedUp(followed) ?? "") : "";
    return [...details(verb, result, options), ignored, summary, after].filter(Boolean).join("\n\n");
  });
  for (const problem of followed?.problems ?? []) process.stderr.write(`${formatProblem(problem)}\n`);
}

/** The changes of deployments that a person should look at: of a single one, of drift, of what is destructive. */
function details(verb: Verb, { results }: RunResult, { verbose = false }: VerbOptions): string[] {
  const shown = (result: DeploymentResult) =>
    verbose ||
    results.length === 1 ||
    verb === "output" ||
    verb === "synth" ||
    (verb === "drift" && result.status === "changed") ||
    result.counts.delete + result.counts.replace > 0;
  return results
    .filter((result) => result.text !== "" && shown(result))
    .map(({ id, text }) => `${id}\n${text.replaceAll(/^/gm, "  ")}`);
}

type Planned = Pick<DeploymentResult, "id" | "text">;

/** Deployments that are worked on at once are asked about one after the other. */
function inTurn<A, T>(action: (argument: A) => Promise<T>): (argument: A) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (argument) => {
    const next = last.then(() => action(argument));
    last = next.catch(() => undefined);
    return next;
  };
}

/** Asks on the terminal; an interruption, and the end of the input, are a no. */
async function ask(verb: Verb, { id, text }: Planned, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const close = () => terminal.close();
  const closed = new Promise<string>((resolve) => terminal.once("close", () => resolve("no")));
  // On a terminal in raw mode Ctrl-C is a key, not a signal.
  terminal.once("SIGINT", () => process.emit("SIGINT"));
  signal.addEventListener("abort", close, { once: true });
  try {
    process.stderr.write(`${id}\n${text.replaceAll(/^/gm, "  ")}\n`);
    const answer = terminal.question(`${verb} ${id}? Only "yes" is accepted: `).catch(() => "no");
    return (await Promise.race([answer, closed])) === "yes";
  } finally {
    signal.removeEventListener("abort", close);
    terminal.close();
  }
}

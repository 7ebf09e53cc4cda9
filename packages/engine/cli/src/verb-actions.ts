import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { formatProblem, infraError } from "@infra/inventory";
import { Profile, table } from "@infra/io";
import type { DeploymentResult, RunRequest, RunResult, Verb } from "@infra/results";
import type { FollowUpOptions } from "./follow-up.js";
import { affectedBy, type BaseOptions } from "./affected.js";
import { interruption } from "./interruption.js";
import { coloured, print, workspaceOf } from "./options.js";
import { type Progress, progressOf } from "./progress.js";
import { changes } from "./verbs.js";

/** Options of a verb on the command line. */
export interface VerbOptions extends FollowUpOptions, Pick<BaseOptions, "base" | "head"> {
  readonly affected?: boolean;
  readonly profile?: boolean;
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly planned?: boolean;
  readonly destroy?: boolean;
  readonly reselect?: boolean;
  readonly verbose?: boolean;
  readonly parallelism?: number;
}

/** Runs a verb, shows how it goes on, and prints what it found. @throws InfraError */
export async function execute(verb: Verb, named: readonly string[], options: VerbOptions): Promise<void> {
  const ids = await wantedOf(verb, named, options);
  if (options.affected && ids.length === 0) {
    print(options, { verb, results: [], exitCode: 0 }, () => "the change affects no deployment");
    return;
  }
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
  const { renderIgnored, renderSummary } = await import("@infra/report/terminal");
  const progress = progressOf(verb, process.stderr, options.json);
  const { offline = false, yes, planned, destroy, reselect, parallelism } = options;
  const { signal, abandon } = interruption(progress);
  const profile = options.profile ? new Profile() : undefined;
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
    ...(profile ? { profile } : {}),
    ...told(progress),
  }).finally(() => {
    progress.stop();
    if (profile) showProfile(profile, root);
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

/** Shows on the error output how a run goes on. */
function told(progress: Progress): Pick<RunRequest, "onBegin" | "onStart" | "onResources" | "onResult"> {
  return {
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
  };
}

/** Prints where the time of a run went, beside what it prints for machines, and writes the trace. */
function showProfile(profile: Profile, root: string): void {
  const folder = join(root, ".infra");
  const file = join(folder, "profile.json");
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify(profile.trace())}\n`);
  const rows = profile
    .phases()
    .map(({ phase, count, seconds, longest }) => [
      phase,
      String(count),
      seconds.toFixed(2),
      `${longest.seconds.toFixed(2)} ${longest.deployment}`,
    ]);
  const lines = table([["phase", "count", "seconds", "longest"], ...rows]);
  const note =
    "Seconds are added up over deployments. provider is inside the other phases; of real providers it is not known.";
  process.stderr.write(`${[...lines, "", note, `Trace: ${file} (chrome://tracing, ui.perfetto.dev)`].join("\n")}\n`);
}

/** The deployments that the command line names, or that the change that it names affects. @throws InfraError when it does both */
async function wantedOf(verb: Verb, named: readonly string[], options: VerbOptions): Promise<readonly string[]> {
  if (!options.affected && (options.base ?? options.head) === undefined) return named;
  if (!options.affected)
    throw infraError("--base and --head name a change", `Say what it is for: infra ${verb} --affected --base <ref>`);
  if (named.length > 0 || options.all)
    throw infraError("--affected chooses the deployments", "Name no deployments, or leave --affected out");
  return (await affectedBy(options)).map(({ id }) => id);
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

import { join, relative } from "node:path";
import { formatProblem, formatProblemWithFrame, infraError, isOn, type Problem } from "@infra/inventory";
import type { ProjectConfiguration } from "@nx/devkit";
import type { DeploymentResult, RunRequest, Verb } from "@infra/results";
import { deploymentMetadata, inventoryOf } from "../../project.js";

/** Options of a task; `schema.json` describes them. */
export interface RunOptions {
  /** @default - the target's name */
  readonly verb?: Verb;
  /** @default - the deployment that the project was inferred from */
  readonly deployment?: string;
  /** @default - the inventory that the project was inferred from */
  readonly inventory?: string;
  /** @default - whether INFRA_OFFLINE is set */
  readonly offline?: boolean;
  readonly yes?: boolean;
  readonly planned?: boolean;
  /** Plans with the kinds of servers and images that the tables choose now. @default false */
  readonly reselect?: boolean;
  readonly parallelism?: number;
}

/** Options of a task, with what its target and its project say. */
export interface TaskOptions extends RunOptions {
  readonly verb: Verb;
  readonly deployment: string;
  readonly inventory: string;
}

/** Completes the options of a task. @throws Error when the project is no deployment's and the options do not name one */
export function completeOptions(
  options: RunOptions,
  target: string,
  project: ProjectConfiguration | undefined,
): TaskOptions {
  const inferred = project && deploymentMetadata(project);
  const deployment = options.deployment ?? inferred?.deployment;
  const inventory = options.inventory ?? (inferred && inventoryOf(project));
  if (deployment === undefined || inventory === undefined)
    throw infraError(
      `${project?.name ?? "the project"} is not inferred from an inventory`,
      "Give the target the options `deployment` and `inventory`",
    );
  return { ...options, verb: options.verb ?? (target as Verb), deployment, inventory };
}

/** What the engine is asked for several deployments that want the same. */
export function requestOf(options: TaskOptions, deployments: readonly string[], root: string): RunRequest {
  const { verb, inventory, yes = false, planned = false, reselect = false, parallelism } = options;
  return {
    verb,
    root,
    // Relative to the working folder, because places in messages begin with it.
    inventory: relative(process.cwd(), join(root, inventory)) || ".",
    deployments,
    offline: isOffline(options),
    yes,
    ...(planned ? { planned } : {}),
    ...(reselect && verb === "plan" ? { reselect } : {}),
    ...(parallelism === undefined ? {} : { parallelism }),
  };
}

/** Offline when the task says so, else when INFRA_OFFLINE is set, as for the infra command. */
export function isOffline({ offline = isOn(process.env["INFRA_OFFLINE"]) }: RunOptions): boolean {
  return offline;
}

/** What a person wants to read of a deployment's result, with all that is wrong last. */
export function textOf(
  { id, status, text, warnings = [], notes }: DeploymentResult,
  problems: readonly Problem[],
): string {
  return (
    [
      `${id}: ${status}`,
      text,
      ...warnings.map((each) => `warning: ${formatProblem(each)}`),
      ...notes,
      ...problems.map(formatProblemWithFrame),
    ]
      .filter(Boolean)
      .join("\n") + "\n"
  );
}

/** What a person wants to read when a run cannot begin; an error that is not for the user comes with its stack. */
export async function textOfError(error: unknown): Promise<string> {
  const { problemsOfError } = await import("@infra/inventory");
  return problemsOfError(error).map(formatProblemWithFrame).join("\n") + "\n";
}

/** A signal that is given when the process is asked to stop, so that engines under way end cleanly. */
export function interruption(): { readonly signal: AbortSignal; readonly stopListening: () => void } {
  const controller = new AbortController();
  const abort = () => {
    controller.abort();
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const name of signals) process.on(name, abort);
  return {
    signal: controller.signal,
    stopListening: () => {
      for (const name of signals) process.off(name, abort);
    },
  };
}

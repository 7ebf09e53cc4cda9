import { join, relative } from "node:path";
import { formatProblemWithFrame, isOn } from "@infra/core/inventory";
import type { DeploymentResult, RunRequest, Verb } from "@infra/engine";

/** Options of a task; `schema.json` describes them. */
export interface RunOptions {
  readonly verb: Verb;
  readonly deployment: string;
  readonly inventory: string;
  /** @default - whether INFRA_OFFLINE is set */
  readonly offline?: boolean;
  readonly yes?: boolean;
  readonly planned?: boolean;
  readonly parallelism?: number;
}

/** What the engine is asked for several deployments that want the same. */
export function requestOf(options: RunOptions, deployments: readonly string[], root: string): RunRequest {
  const { verb, inventory, yes = false, planned = false, parallelism } = options;
  return {
    verb,
    root,
    // Relative to the working folder, because places in messages begin with it.
    inventory: relative(process.cwd(), join(root, inventory)) || ".",
    deployments,
    offline: isOffline(options),
    yes,
    ...(planned ? { planned } : {}),
    ...(parallelism === undefined ? {} : { parallelism }),
  };
}

/** Offline when the task says so, else when INFRA_OFFLINE is set, as for the infra command. */
export function isOffline({ offline = isOn(process.env["INFRA_OFFLINE"]) }: RunOptions): boolean {
  return offline;
}

/** What a person wants to read of a deployment's result, with its problems last. */
export function textOf({ id, status, text, notes, problems }: DeploymentResult): string {
  return (
    [`${id}: ${status}`, text, ...notes, ...problems.map(formatProblemWithFrame)].filter(Boolean).join("\n") + "\n"
  );
}

/** What a person wants to read when a run cannot begin; an error that is not for the user comes with its stack. */
export async function textOfError(error: unknown): Promise<string> {
  const { problemsOfError } = await import("@infra/engine");
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

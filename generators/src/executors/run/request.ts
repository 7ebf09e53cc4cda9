import { join, relative } from "node:path";
import type { DeploymentResult, RunRequest, Verb } from "@infra/engine";
import type { ExecutorContext } from "@nx/devkit";

/** Options of the executor. */
export interface RunOptions {
  /** What is to be done. */
  readonly verb: Verb;
  /** Folder of the inventory, relative to the workspace. */
  readonly inventory: string;
  /** `<environment>/<name>` */
  readonly deployment: string;
  /** Runs against the mock provider. @default - INFRA_OFFLINE of the environment */
  readonly offline?: boolean;
  /** Applies and destroys without asking. @default false */
  readonly yes?: boolean;
}

/** The engine's request for tasks that share everything but the deployment. */
export function requestFor(
  options: readonly [RunOptions, ...RunOptions[]],
  { root }: Pick<ExecutorContext, "root">,
): RunRequest {
  const [{ verb, inventory, offline = Boolean(process.env["INFRA_OFFLINE"]), yes = false }] = options;
  const folder = relative(process.cwd(), join(root, inventory)) || ".";
  return {
    verb,
    inventory: folder,
    root,
    offline,
    yes,
    deployments: options.map(({ deployment }) => deployment),
  };
}

/** Is the task of a deployment a success for Nx? */
export function succeeded({ status }: DeploymentResult): boolean {
  return status !== "failed";
}

/**
 * Gives an action a signal that the first Ctrl-C or SIGTERM aborts: the engines save their states and end. Outside the action
 * the signals end the process as ever, which is how Nx ends its workers.
 */
export async function interruptible<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => {
    controller.abort();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    return await action(controller.signal);
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

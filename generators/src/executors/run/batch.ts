import type { ExecutorContext, TaskGraph } from "@nx/devkit";
import type { DeploymentResult } from "@infra/results";
import {
  completeOptions,
  interruption,
  isOffline,
  requestOf,
  type RunOptions,
  type TaskOptions,
  textOf,
  textOfError,
} from "./requests.js";

/** What Nx is told of one task of a batch. */
export interface BatchTaskResult {
  readonly task: string;
  readonly result: { readonly success: boolean; readonly terminalOutput: string };
}

/** Tasks that one call of the engine does: the same verb on the same inventory, with the same options. */
interface Group {
  readonly options: TaskOptions;
  /** Id of the task by id of its deployment. */
  readonly tasks: Map<string, string>;
}

/**
 * Does the tasks of a batch in this process, so that the engine and the stacks are loaded once. The engine orders the
 * deployments by their references.
 */
export default function runBatch(
  taskGraph: TaskGraph,
  options: Record<string, RunOptions>,
  _overrides: unknown,
  context: ExecutorContext,
): Promise<AsyncGenerator<BatchTaskResult>> {
  return Promise.resolve(batch(groupsOf(taskGraph, options, context), context.root));
}

function groupsOf(taskGraph: TaskGraph, options: Record<string, RunOptions>, context: ExecutorContext): Group[] {
  const groups = new Map<string, Group>();
  for (const [task, { target }] of Object.entries(taskGraph.tasks)) {
    const given = options[task];
    if (!given) continue;
    const own = completeOptions(given, target.target, context.projectsConfigurations.projects[target.project]);
    const { deployment, ...shared } = own;
    const key = JSON.stringify(Object.entries(shared).sort());
    const group = groups.get(key) ?? { options: own, tasks: new Map<string, string>() };
    group.tasks.set(deployment, task);
    groups.set(key, group);
  }
  return [...groups.values()];
}

async function* batch(groups: readonly Group[], root: string): AsyncGenerator<BatchTaskResult> {
  const { signal, stopListening } = interruption();
  try {
    for (const group of groups) yield* runGroup(group, root, signal);
  } finally {
    stopListening();
  }
}

async function* runGroup(
  { options, tasks }: Group,
  root: string,
  signal: AbortSignal,
): AsyncGenerator<BatchTaskResult> {
  const [{ run }, { renderSummary }, { problemsIn }] = await Promise.all([
    import("@infra/engine"),
    import("@infra/report"),
    import("@infra/results"),
  ]);
  const done = new Mailbox<BatchTaskResult>();
  const open = new Set(tasks.values());
  const settle = (task: string, success: boolean, terminalOutput: string) => {
    if (open.delete(task)) done.put({ task, result: { success, terminalOutput } });
  };
  const settleResult = (result: DeploymentResult, failed: boolean) => {
    const task = tasks.get(result.id);
    if (task) settle(task, !failed && result.status !== "failed", textOf(result, problemsIn(result)));
  };
  // Limits of costs hold for all deployments together: what became of a task is known at the end.
  const onResult = options.verb === "cost" ? undefined : (result: DeploymentResult) => settleResult(result, false);
  const request = { ...requestOf(options, [...tasks.keys()], root), signal, ...(onResult ? { onResult } : {}) };
  const running = run(request)
    .then((result) => {
      for (const each of result.results) settleResult(each, (result.problems ?? []).length > 0);
      process.stdout.write(
        `\n${renderSummary(result, { colour: process.stdout.isTTY, offline: isOffline(options) })}\n`,
      );
      return "The engine reported nothing of this deployment.\n";
    })
    .catch(async (error: unknown) => {
      const text = await textOfError(error);
      process.stderr.write(text);
      return text;
    })
    .then((reason) => {
      for (const task of open) settle(task, false, reason);
      done.close();
    });
  yield* done;
  await running;
}

/** Values put in by callbacks and taken out in their order by one reader. */
class Mailbox<T> implements AsyncIterable<T> {
  private readonly values: T[] = [];
  private closed = false;
  private wake: () => void = () => undefined;

  put(value: T): void {
    this.values.push(value);
    this.wake();
  }

  close(): void {
    this.closed = true;
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const value = this.values.shift();
      if (value !== undefined) yield value;
      else if (this.closed) return;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}

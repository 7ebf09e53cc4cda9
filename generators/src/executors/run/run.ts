import { formatProblemWithFrame } from "@infra/inventory";
import type { ExecutorContext } from "@nx/devkit";
import { completeOptions, interruption, requestOf, type RunOptions, textOf, textOfError } from "./requests.js";

/** Does one thing to one deployment. A plan that finds changes is a success. */
export default async function runExecutor(
  options: RunOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const { signal, stopListening } = interruption();
  try {
    const [{ run }, { problemsIn }] = await Promise.all([import("@infra/engine"), import("@infra/results")]);
    const { projectName = "", targetName = "" } = context;
    const project = context.projectsConfigurations.projects[projectName];
    const task = completeOptions(options, targetName, project);
    const request = { ...requestOf(task, [task.deployment], context.root), signal };
    const { results, notes = [], problems = [], exitCode } = await run(request);
    for (const result of results) process.stdout.write(textOf(result, problemsIn(result)));
    for (const note of notes) process.stdout.write(`${note}\n`);
    for (const problem of problems) process.stderr.write(`${formatProblemWithFrame(problem)}\n`);
    return { success: results.length > 0 && exitCode !== 1 };
  } catch (error) {
    process.stderr.write(await textOfError(error));
    return { success: false };
  } finally {
    stopListening();
  }
}

import type { ExecutorContext } from "@nx/devkit";
import { completeOptions, interruption, requestOf, type RunOptions, textOf, textOfError } from "./requests.js";

/** Does one thing to one deployment. A plan that finds changes is a success. */
export default async function runExecutor(
  options: RunOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const { signal, stopListening } = interruption();
  try {
    const { run } = await import("@infra/engine");
    const { projectName = "", targetName = "" } = context;
    const project = context.projectsConfigurations.projects[projectName];
    const task = completeOptions(options, targetName, project);
    const { results } = await run({ ...requestOf(task, [task.deployment], context.root), signal });
    for (const result of results) process.stdout.write(textOf(result));
    return { success: results.length > 0 && results.every(({ status }) => status !== "failed") };
  } catch (error) {
    process.stderr.write(await textOfError(error));
    return { success: false };
  } finally {
    stopListening();
  }
}

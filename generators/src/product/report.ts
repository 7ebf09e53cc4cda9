import { formatProblem, InfraError } from "@infra/inventory";
import { logger } from "@nx/devkit";

/** Tells the user what was left as it is, because it exists. */
export function tellKept(paths: readonly string[]): void {
  for (const path of paths) logger.info(`KEEP ${path} (it exists, and is the product's)`);
}

/** Runs a generator's work; what the user can fix is thrown with its plain words, because Nx prints only a message. */
export async function forUser<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof InfraError ? new Error(error.problems.map(formatProblem).join("\n")) : error;
  }
}

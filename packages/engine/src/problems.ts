import { InfraError, type Problem } from "@infra/core/inventory";
import { EngineError } from "./binary/errors.js";

/** The problems of any error; one that is not for the user is shown with its stack. */
export function problemsOfError(error: unknown): readonly Problem[] {
  if (error instanceof InfraError) return error.problems;
  if (error instanceof EngineError) return [{ message: error.problem, remedy: error.remedy }];
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [{ message: `unexpected: ${stack}`, remedy: "Report it with what is above" }];
}

import { InfraError } from "@infra/inventory";
import type { DeploymentRun } from "../deployment/deployment-run.js";
import type { Diagnostic, EngineEvent } from "@infra/opentofu";

/** Runs the engine's command with `-json` among its arguments. @throws InfraError with its diagnostics when it fails */
export async function engineCall(
  run: DeploymentRun,
  args: readonly string[],
  onEvent: (event: EngineEvent) => void = () => undefined,
): Promise<{ code: number }> {
  const diagnostics: Diagnostic[] = [];
  const exit = await run.call(args, {
    onEvent: (event) => {
      if (event.type === "diagnostic") diagnostics.push(event.diagnostic);
      else onEvent(event);
    },
  });
  if (exit.code === 0 || (exit.code === 2 && args.includes("-detailed-exitcode"))) return exit;
  throw new InfraError(run.problemsOf(diagnostics, exit.stderr));
}

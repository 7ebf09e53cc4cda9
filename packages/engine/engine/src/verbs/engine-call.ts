import { InfraError } from "@infra/inventory";
import type { DeploymentRun } from "../deployment/deployment-run.js";
import { asksForInit, initialiseAgain } from "../deployment/initialise.js";
import type { Diagnostic, EngineEvent, EngineExit } from "@infra/opentofu";

/**
 * Runs the engine's command with `-json` among its arguments. Where it has done nothing because the working folder is not what
 * `init` had left there, the folder is initialised and the command is run once more.
 *
 * @throws InfraError with its diagnostics when it fails
 */
export async function engineCall(
  run: DeploymentRun,
  args: readonly string[],
  onEvent: (event: EngineEvent) => void = () => undefined,
): Promise<{ code: number }> {
  const succeeded = ({ exit: { code } }: Attempt) => code === 0 || (code === 2 && args.includes("-detailed-exitcode"));
  const first = await attempt(run, args, onEvent);
  if (succeeded(first)) return first.exit;
  const again = first.events === 0 && run.initialised === "before" && asksForInit(run, textsOf(first));
  if (again) await initialiseAgain(run);
  const last = again ? await attempt(run, args, onEvent) : first;
  if (succeeded(last)) return last.exit;
  throw new InfraError(run.problemsOf(last.diagnostics, last.exit.stderr));
}

interface Attempt {
  readonly exit: EngineExit;
  readonly diagnostics: readonly Diagnostic[];
  /** How many changes it reported. */
  readonly events: number;
}

async function attempt(
  run: DeploymentRun,
  args: readonly string[],
  onEvent: (event: EngineEvent) => void,
): Promise<Attempt> {
  const diagnostics: Diagnostic[] = [];
  let events = 0;
  const exit = await run.call(args, {
    onEvent: (event) => {
      if (event.type === "diagnostic") {
        diagnostics.push(event.diagnostic);
        return;
      }
      events += 1;
      onEvent(event);
    },
  });
  return { exit, diagnostics, events };
}

function textsOf({ diagnostics, exit }: Attempt): string[] {
  return [...diagnostics.map(({ summary, detail = "" }) => `${summary}\n${detail}`), exit.stderr];
}

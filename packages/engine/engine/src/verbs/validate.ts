import { parseJson } from "@infra/inventory";
import type { DeploymentRun } from "../deployment/deployment-run.js";
import { asksForInit, initialiseAgain } from "../deployment/initialise.js";
import { validationSchema, unreadableAnswer } from "@infra/opentofu";
import type { Outcome } from "./outcome.js";

/** Lets the engine check the configuration. */
export async function validate(run: DeploymentRun): Promise<Outcome> {
  const call = () => run.call(["validate", "-json"]);
  let exit = await call();
  if (run.initialised === "before" && asksForInit(run, [exit.stdout, exit.stderr])) {
    await initialiseAgain(run);
    exit = await call();
  }
  const result = validationSchema.safeParse(parseJson(exit.stdout));
  if (!result.success)
    return { status: "failed", problems: run.problemsOf([], unreadableAnswer("validate -json", exit.stderr)) };
  const { valid, diagnostics } = result.data;
  return valid
    ? { status: "done", text: "valid" }
    : { status: "failed", problems: run.problemsOf(diagnostics, exit.stderr) };
}

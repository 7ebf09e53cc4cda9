import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Problem } from "@infra/inventory";
import { problemsIn, type RunRequest, type RunResult, type Verb } from "@infra/results";
import { run } from "@infra/engine";

/** What is done one after the other in an empty emulated cloud. */
export const trialSteps = ["apply", "policy", "plan", "drift"] as const satisfies readonly Verb[];

/** One step of a trial. */
export interface TrialStep {
  readonly result: RunResult;
  /** What should not have come of it: failures, and changes right after an apply. */
  readonly problems: readonly Problem[];
}

/**
 * Applies deployments to an empty emulated cloud, checks what is there then, and expects that nothing is left to change. It needs no
 * account, and leaves other offline runs alone: their emulated cloud, their working folders, their plans. It ends with the first step
 * that has problems.
 *
 * @param onStep Told when a step begins.
 * @throws InfraError when the inventory is wrong or no engine can be had
 */
export async function trial(
  request: Omit<RunRequest, "verb" | "offline" | "yes">,
  onStep: (verb: Verb) => void = () => undefined,
): Promise<readonly TrialStep[]> {
  const emulation = mkdtempSync(join(tmpdir(), "infra-test-"));
  const env = { ...(request.env ?? process.env), INFRA_EMULATION: emulation, INFRA_OFFLINE_WORK: emulation };
  const steps: TrialStep[] = [];
  try {
    for (const verb of trialSteps) {
      onStep(verb);
      const result = await run({ ...request, env, verb, offline: true, yes: true });
      const problems = result.results.flatMap((each) => [
        ...problemsIn(each),
        ...(verb !== "apply" && each.status === "changed" ? [restless(each.id, verb, each.text)] : []),
      ]);
      steps.push({ result, problems });
      if (problems.length > 0) break;
    }
    return steps;
  } finally {
    rmSync(emulation, { recursive: true, force: true });
  }
}

function restless(id: string, verb: Verb, text: string): Problem {
  const again = verb === "plan" ? "would be changed again" : "differs from its state";
  return {
    message: `${id} ${again} right after it was applied: ${text}`,
    remedy: "Make its stack say what the cloud keeps; values that change from run to run belong elsewhere",
  };
}

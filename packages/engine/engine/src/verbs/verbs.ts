import { type Deployment, InfraError, type Problem, problemsOfError } from "@infra/inventory";
import { refuseMoved } from "../applied/moved.js";
import { synthesizeToFolder } from "../deployment/configuration.js";
import { DeploymentRun } from "../deployment/deployment-run.js";
import { NotApplied } from "../deployment/outputs.js";
import type { Verb } from "@infra/results";
import type { RunContext } from "../run-context.js";
import { change } from "./change.js";
import { cost } from "./cost.js";
import { drift } from "./drift.js";
import type { Outcome } from "./outcome.js";
import { plan } from "./plan.js";
import { validate } from "./validate.js";

type VerbFunction = (context: RunContext, deployment: Deployment) => Promise<Outcome>;

/** What each verb does with one deployment. */
export const verbFunctions: Readonly<Record<Verb, VerbFunction>> = {
  synth: (context, deployment) => {
    const { root, env } = context.request;
    const file = synthesizeToFolder(root, deployment, context.offline, env);
    return Promise.resolve({ status: "done", text: `wrote ${file}` });
  },
  validate: (context, deployment) => withRun(context, deployment, "validate", validate),
  policy: (context, deployment) =>
    withRun(context, deployment, "policy", async (run) => (await import("./policy.js")).checkPolicy(run)),
  plan: (context, deployment) => withRun(context, deployment, "plan", plan),
  apply: (context, deployment) => withRun(context, deployment, "apply", (run) => change(run, false)),
  destroy: (context, deployment) => withRun(context, deployment, "destroy", (run) => change(run, true)),
  drift: (context, deployment) => withRun(context, deployment, "drift", drift),
  cost: (context, deployment) => withRun(context, deployment, "cost", cost),
  output: async (context, deployment) => {
    const values = await context.outputs.of(deployment);
    const entries = Object.entries(values ?? {});
    const outputs = Object.fromEntries(
      entries.map(([name, { sensitive, value }]) => [name, sensitive ? "(sensitive)" : value]),
    );
    return { status: "done", outputs, text: values ? JSON.stringify(outputs, null, 2) : "never applied: no outputs" };
  },
};

async function withRun(
  context: RunContext,
  deployment: Deployment,
  operation: string,
  action: (run: DeploymentRun) => Promise<Outcome>,
): Promise<Outcome> {
  const run = await DeploymentRun.open(context, deployment, operation);
  const [ended] = await Promise.allSettled([outcomeOf(run, operation, action)]);
  const left = await run.close();
  if (ended.status === "fulfilled") return left.length === 0 ? ended.value : withProblems(ended.value, left);
  throw left.length === 0 ? ended.reason : new InfraError([...problemsOfError(ended.reason), ...left]);
}

async function outcomeOf(
  run: DeploymentRun,
  operation: string,
  action: (run: DeploymentRun) => Promise<Outcome>,
): Promise<Outcome> {
  try {
    if (operation !== "validate" && operation !== "policy" && operation !== "cost") await refuseMoved(run);
    await run.prepare();
    return { ...(await action(run)), warnings: run.warnings, notes: run.notes };
  } catch (error) {
    if (!(error instanceof InfraError) || error instanceof NotApplied) throw error;
    return { status: "failed", problems: error.problems, notes: run.notes };
  }
}

/** What was found out and done stays, also when the run could not be closed. */
function withProblems(outcome: Outcome, more: readonly Problem[]): Outcome {
  return { ...outcome, status: "failed", problems: [...(outcome.problems ?? []), ...more] };
}

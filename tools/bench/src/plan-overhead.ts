import { BareEngine, forgetRuns, infra } from "./engines.js";
import { type Figure, median } from "./figure.js";
import { engineSeconds, type Observed } from "./process.js";
import type { Group } from "./report.js";
import { makeWorkspace } from "./workspace.js";

const resources = 20;

/** `infra plan` of one deployment over the bare engine on the same configuration. */
export const planOverhead: Group = async (settings) => {
  const workspace = makeWorkspace(1, resources);
  const plan = () => infra(settings, workspace, "plan", ...workspace.deployments, "--offline");
  const runs: { first: Observed; again: Observed; init: number; plan: number }[] = [];
  try {
    await plan();
    const bare = new BareEngine(settings, workspace);
    for (let run = 1; run <= settings.runs; run += 1) {
      settings.log(`plan: run ${String(run)} of ${String(settings.runs)}`);
      const { init, plan: planned } = await bare.run(1);
      forgetRuns(workspace);
      runs.push({ first: await plan(), again: await plan(), init, plan: planned });
    }
  } finally {
    workspace.remove();
  }
  const of = (measure: (run: (typeof runs)[number]) => number) => median(runs.map(measure));
  const both = { what: "bare init + plan", value: of(({ init, plan }) => init + plan) };
  const planOnly = { what: "bare plan", value: of((run) => run.plan) };
  const figure = (what: string, value: number, against: Figure["against"], aim: Figure["aim"]): Figure => ({
    what,
    value,
    unit: "s",
    ...(against ? { against } : {}),
    ...(aim ? { aim } : {}),
  });
  return {
    title: `plan of one deployment (${String(resources)} resources)`,
    figures: [
      figure(
        "first run, engine part",
        of(({ first }) => engineSeconds(first)),
        both,
        { of: "ratio", most: 1.1 },
      ),
      figure(
        "first run, whole command",
        of(({ first }) => first.seconds),
        both,
        { of: "difference", most: 0.6 },
      ),
      figure(
        "next run, engine part",
        of(({ again }) => engineSeconds(again)),
        planOnly,
        { of: "ratio", most: 1.1 },
      ),
      figure(
        "next run, whole command",
        of(({ again }) => again.seconds),
        // A twentieth of the engine's own time, and what a start of Node and one synthesis take.
        { what: "1.05 of bare plan", value: 1.05 * planOnly.value },
        { of: "difference", most: 0.25 },
      ),
    ],
    note: ["  bare: the same configuration and mock provider, local state file; a next run of infra skips init"],
  };
};

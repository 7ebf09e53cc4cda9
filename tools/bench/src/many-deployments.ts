import { BareEngine, forgetRuns, infra } from "./engines.js";
import { type Figure, median } from "./figure.js";
import { nxPlan } from "./nx.js";
import { type Observed, peakMemory } from "./process.js";
import type { Group, Settings } from "./report.js";
import { type BenchWorkspace, makeWorkspace } from "./workspace.js";

/** Deployments at once, in infra, in Nx and in the bare runs. */
const parallelism = 2;

/** Resources of each deployment. */
const resources = 2;

/** Many small deployments by one command, over the bare engine on the same folders; and whether memory depends on their number. */
export const manyDeployments: Group = async (settings) => {
  const count = settings.quick ? 20 : 100;
  const [few, many] = settings.quick ? [10, 40] : [50, 200];
  return {
    title: `many deployments of ${String(resources)} resources, ${String(parallelism)} at once`,
    figures: [...(await time(settings, count)), ...(await memory(settings, few, many))],
    note: ["  first runs; peak memory is of the process that calls the engines"],
  };
};

const commands = {
  "infra plan --all": (settings: Settings, workspace: BenchWorkspace): Promise<Observed> =>
    infra(settings, workspace, "plan", "--all", "--offline", "--parallelism", String(parallelism)),
  "nx run-many -t plan": (settings: Settings, workspace: BenchWorkspace): Promise<Observed> =>
    nxPlan(settings, workspace, parallelism),
};
type CommandName = keyof typeof commands;
const names = Object.keys(commands) as CommandName[];

async function time(settings: Settings, count: number): Promise<Figure[]> {
  const workspace = makeWorkspace(count, resources);
  const seconds: Record<CommandName | "bare", number[]> = {
    "infra plan --all": [],
    "nx run-many -t plan": [],
    bare: [],
  };
  try {
    await infra(settings, workspace, "synth", "--all", "--offline");
    const bare = new BareEngine(settings, workspace);
    for (let run = 1; run <= settings.runs; run += 1) {
      settings.log(`many: ${String(count)} deployments, run ${String(run)} of ${String(settings.runs)}`);
      seconds.bare.push((await bare.run(parallelism)).seconds);
      for (const name of names) {
        forgetRuns(workspace);
        seconds[name].push((await commands[name](settings, workspace)).seconds);
      }
    }
  } finally {
    workspace.remove();
  }
  return names.map((name) => ({
    what: `${name}, ${String(count)} deployments`,
    value: median(seconds[name]),
    unit: "s",
    against: { what: "bare init + plan", value: median(seconds.bare) },
    aim: { of: "ratio", most: 3 },
  }));
}

/** Peak memory for many deployments against few: what grows with the count makes a ratio above 1. */
async function memory(settings: Settings, few: number, many: number): Promise<Figure[]> {
  const peaks = new Map<string, number>();
  for (const count of [few, many]) {
    const workspace = makeWorkspace(count, resources);
    try {
      for (const name of names) {
        settings.log(`many: memory of ${name} with ${String(count)} deployments`);
        forgetRuns(workspace);
        peaks.set(`${name} ${String(count)}`, peakMemory(await commands[name](settings, workspace)));
      }
    } finally {
      workspace.remove();
    }
  }
  const peak = (name: CommandName, count: number) => peaks.get(`${name} ${String(count)}`) ?? Number.NaN;
  return names.map((name) => ({
    what: `${name}, peak memory, ${String(many)} deployments`,
    value: peak(name, many),
    unit: "MB",
    against: { what: `${String(few)} deployments`, value: peak(name, few) },
    aim: { of: "ratio", most: 1.25 },
  }));
}

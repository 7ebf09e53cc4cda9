import { BareEngine, forgetRuns, infra, phasesOf } from "./engines.js";
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
  "infra plan --all, first time": (settings: Settings, workspace: BenchWorkspace): Promise<Observed> =>
    infra(settings, workspace, "plan", "--all", "--offline", "--parallelism", String(parallelism)),
  "nx run-many -t plan, first time": (settings: Settings, workspace: BenchWorkspace): Promise<Observed> =>
    nxPlan(settings, workspace, parallelism),
};
type CommandName = keyof typeof commands;
const infraPlan = "infra plan --all, first time";

/** What a first run may take of bare `init` + `plan`. */
const firstAims: Readonly<Record<CommandName, number>> = {
  "infra plan --all, first time": 0.95,
  "nx run-many -t plan, first time": 3,
};
const names = Object.keys(commands) as CommandName[];

async function time(settings: Settings, count: number): Promise<Figure[]> {
  const workspace = makeWorkspace(count, resources);
  const seconds: Record<CommandName | "bare" | "again" | "bare plan", number[]> = {
    "infra plan --all, first time": [],
    "nx run-many -t plan, first time": [],
    again: [],
    bare: [],
    "bare plan": [],
  };
  let phases: ReturnType<typeof phasesOf> = [];
  try {
    await infra(settings, workspace, "synth", "--all", "--offline");
    const bare = new BareEngine(settings, workspace);
    for (let run = 1; run <= settings.runs; run += 1) {
      settings.log(`many: ${String(count)} deployments, run ${String(run)} of ${String(settings.runs)}`);
      const { seconds: both, init, plan } = await bare.run(parallelism);
      seconds.bare.push(both);
      seconds["bare plan"].push((both * plan) / (init + plan));
      for (const name of names) {
        forgetRuns(workspace);
        seconds[name].push((await commands[name](settings, workspace)).seconds);
        if (name !== infraPlan) continue;
        seconds.again.push((await commands[name](settings, workspace)).seconds);
        await infra(
          settings,
          workspace,
          "plan",
          "--all",
          "--offline",
          "--profile",
          "--parallelism",
          String(parallelism),
        );
        phases = phasesOf(workspace);
      }
    }
  } finally {
    workspace.remove();
  }
  const against = { what: "bare init + plan", value: median(seconds.bare) };
  const figure = (what: string, value: number, most?: number): Figure => ({
    what: `${what}, ${String(count)} deployments`,
    value,
    unit: "s",
    against,
    ...(most === undefined ? {} : { aim: { of: "ratio", most } }),
  });
  const whole = phases.find(({ phase }) => phase === "deployment")?.seconds ?? Number.NaN;
  return [
    ...names.map((name) => figure(name, median(seconds[name]), firstAims[name])),
    figure("infra plan --all, again", median(seconds.again), 0.65),
    figure("bare plan alone", median(seconds["bare plan"])),
    ...phases.map(({ phase, seconds: value }): Figure => ({
      what: `again, ${phase} (added up)`,
      value,
      unit: "s",
      against: { what: "all deployments", value: whole },
    })),
  ];
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

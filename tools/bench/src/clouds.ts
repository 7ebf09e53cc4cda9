import { type ProviderName, providerNames } from "@infra/inventory";
import { z } from "zod";
import { type Figure, median } from "./figure.js";
import { take } from "./process.js";
import type { Group } from "./report.js";

/** What a child took: seconds of loading, megabytes at its peak. */
const sample = z.object({ seconds: z.number(), memory: z.number() });
type Sample = z.infer<typeof sample>;

/** Adapters to load: those of servers, which are the largest. */
const heaviest = "@infra/cloud-compute";

/** Memory of a synthesis with one cloud, and the time that loading one adapter adds to core. */
export const clouds: Group = async ({ runs, log }) => {
  const bare: Sample[] = [];
  const loads = new Map<ProviderName, Sample[]>(providerNames.map((name) => [name, []]));
  const syntheses = new Map<ProviderName, Sample[]>(providerNames.map((name) => [name, []]));
  for (let run = 1; run <= runs; run += 1) {
    log(`clouds: run ${String(run)} of ${String(runs)}`);
    bare.push(await child("cdktf"));
    for (const name of providerNames) {
      loads.get(name)?.push(await child("adapter", `${heaviest}/${name}`));
      syntheses.get(name)?.push(await child("synthesis", name));
    }
  }
  return { title: "one cloud at a time", figures: [...adapterFigures(loads, bare), ...memoryFigures(syntheses)] };
};

async function child(...args: readonly string[]): Promise<Sample> {
  const program = require.resolve("./clouds-child.js");
  const command = { program: process.execPath, arguments: [program, ...args], folder: process.cwd(), env: process.env };
  return sample.parse(JSON.parse((await take(command)).stdout));
}

function adapterFigures(loads: ReadonlyMap<string, readonly Sample[]>, bare: readonly Sample[]): Figure[] {
  const against = { what: "bare cdktf", value: median(bare.map(({ seconds }) => seconds)) };
  return [...loads].map(([name, samples]) => ({
    what: `${name}: loading its adapter of servers, over core`,
    value: median(samples.map(({ seconds }) => seconds)),
    unit: "s",
    against,
    aim: { of: "value", most: 0.15 },
  }));
}

function memoryFigures(syntheses: ReadonlyMap<string, readonly Sample[]>): Figure[] {
  return [...syntheses].map(([name, samples]) => ({
    what: `${name}: peak memory of a synthesis`,
    value: median(samples.map(({ memory }) => memory)),
    unit: "MB",
    aim: { of: "value", most: 300 },
  }));
}

import { z } from "zod";
import { type Figure, median } from "./figure.js";
import { take } from "./process.js";
import type { Group } from "./report.js";
import { type BenchWorkspace, makeWorkspace } from "./workspace.js";

/** What one child took: seconds from its start, seconds after everything was loaded, megabytes at its peak. */
const sample = z.object({ total: z.number(), work: z.number(), memory: z.number() });
type Sample = z.infer<typeof sample>;

/** Time and memory of synthesis by the number of resources, against cdktf alone. */
export const synthesis: Group = async ({ runs, quick, log }) => {
  const sizes = (quick ? [100, 1_000] : [100, 1_000, 5_000]).map((size) => ({
    size,
    workspace: makeWorkspace(1, size),
    infra: [] as Sample[],
    bare: [] as Sample[],
  }));
  try {
    for (let run = 1; run <= runs; run += 1) {
      log(`synth: run ${String(run)} of ${String(runs)}`);
      for (const { workspace, infra, bare } of sizes) {
        infra.push(await synthesize("infra", workspace));
        bare.push(await synthesize("bare", workspace));
      }
    }
  } finally {
    for (const { workspace } of sizes) workspace.remove();
  }
  const work = sizes.map(({ size, infra }) => ({ size, seconds: median(infra.map((each) => each.work)) }));
  const figures = sizes.flatMap(({ size, infra, bare }) => figuresOf(size, infra, bare));
  return { title: "synthesis of one deployment", figures: [...figures, ...growth(work)] };
};

async function synthesize(mode: "infra" | "bare", { root }: BenchWorkspace): Promise<Sample> {
  const child = require.resolve("./synthesis-child.js");
  const command = { program: process.execPath, arguments: [child, mode, root], folder: root, env: process.env };
  return sample.parse(JSON.parse((await take(command)).stdout));
}

function figuresOf(size: number, infra: readonly Sample[], bare: readonly Sample[]): Figure[] {
  const figure = (what: string, key: keyof Sample, unit: "s" | "MB", most: number): Figure => ({
    what: `${size.toLocaleString("en")} resources, ${what}`,
    value: median(infra.map((each) => each[key])),
    unit,
    against: { what: "bare cdktf", value: median(bare.map((each) => each[key])) },
    ...(size === 1_000 ? { aim: { of: "value", most } } : {}),
  });
  return [figure("time with start-up", "total", "s", 2), figure("peak memory", "memory", "MB", 350)];
}

/** The largest size against the one before it, multiplied: linear growth is a ratio of 1. */
function growth(work: readonly { size: number; seconds: number }[]): Figure[] {
  const [before, last] = work.slice(-2);
  if (!before || !last) return [];
  const factor = last.size / before.size;
  return [
    {
      what: `growth: ${last.size.toLocaleString("en")} resources without start-up`,
      value: last.seconds,
      unit: "s",
      against: { what: `${String(factor)} × ${before.size.toLocaleString("en")}`, value: factor * before.seconds },
      aim: { of: "ratio", most: 1 },
    },
  ];
}

import { appendFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Figure, median } from "./figure.js";
import { take } from "./process.js";
import type { Group } from "./report.js";
import { type BenchWorkspace, makeWorkspace, useNx } from "./workspace.js";

const inference = z.object({ seconds: z.number(), found: z.number(), reads: z.number() });
type Inference = z.infer<typeof inference>;

/** How the graph was inferred: with nothing known, after one file changed, or files only read and parsed. */
type Mode = "cold" | "changed" | "bare";

/** The part of Nx's graph that comes from the plugin, by the number of deployments. */
export const graphInference: Group = async ({ runs, quick, log }) => {
  const sizes = quick ? [100, 1_000] : [100, 1_000, 5_000];
  const figures: Figure[] = [];
  for (const size of sizes) {
    log(`graph: ${String(size)} deployments`);
    const workspace = makeWorkspace(size, 2);
    useNx(workspace);
    try {
      const samples: Record<Mode, Inference[]> = { cold: [], changed: [], bare: [] };
      for (let run = 0; run < runs; run += 1)
        for (const mode of ["bare", "cold", "changed"] as const) samples[mode].push(await infer(mode, workspace));
      figures.push(...figuresOf(size, samples));
    } finally {
      workspace.remove();
    }
  }
  return {
    title: "graph inference of the Nx plugin",
    figures,
    note: ["  each in a new process, with the loading of the plugin; bare: the files read and parsed, nothing else"],
  };
};

async function infer(mode: Mode, { root, files }: BenchWorkspace): Promise<Inference> {
  const data = join(root, ".nx", "workspace-data");
  if (mode === "cold") rmSync(data, { recursive: true, force: true });
  if (mode === "changed") appendFileSync(join(root, files[0] ?? ""), "# changed\n");
  const { stdout } = await take({
    program: process.execPath,
    arguments: [require.resolve("./graph-child.js"), mode === "bare" ? "bare" : "infra"],
    folder: root,
    env: { ...process.env, NX_WORKSPACE_ROOT_PATH: root, NX_WORKSPACE_DATA_DIRECTORY: data },
  });
  const result = inference.parse(JSON.parse(stdout));
  if (result.found >= files.length) return result;
  throw new Error(`${mode}: ${String(result.found)} of ${String(files.length)} deployments were found in ${root}`);
}

function figuresOf(size: number, samples: Record<Mode, readonly Inference[]>): Figure[] {
  const seconds = (mode: Mode) => median(samples[mode].map((each) => each.seconds));
  const against = { what: "bare reading", value: seconds("bare") };
  const what = (text: string) => `${size.toLocaleString("en")} deployments, ${text}`;
  const largest = size === 5_000;
  return [
    {
      what: what("cold"),
      value: seconds("cold"),
      unit: "s",
      against,
      ...(largest ? { aim: { of: "value", most: 3 } } : {}),
    },
    { what: what("one file changed"), value: seconds("changed"), unit: "s", against },
    {
      what: what("one file changed, files read"),
      value: median(samples.changed.map(({ reads }) => reads)),
      unit: "",
      aim: { of: "value", most: 1 },
    },
  ];
}

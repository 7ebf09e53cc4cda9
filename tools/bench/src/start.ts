import { infraEnvironment, startOf } from "./engines.js";
import { type Figure, median } from "./figure.js";
import { take } from "./process.js";
import type { Group, Settings } from "./report.js";
import { type BenchWorkspace, makeWorkspace } from "./workspace.js";

/** How many deployments are listed. */
const count = 20;

/** A start is short: it is measured so many times for each run. */
const repeats = 5;

const commands = {
  "infra --version": { arguments: ["--version"], most: 2.5 },
  [`infra list of ${String(count)} deployments`]: { arguments: ["list"], most: 6 },
  "infra plan --help": { arguments: ["plan", "--help"], most: undefined },
} as const;

/** What commands take that do next to nothing, over Node itself. */
export const start: Group = async (settings) => {
  const workspace = makeWorkspace(count, 2);
  const seconds = new Map<string, number[]>();
  const bare: number[] = [];
  try {
    for (let run = 0; run < settings.runs * repeats; run += 1) {
      bare.push(await bareNode(settings, workspace));
      for (const [what, { arguments: args }] of Object.entries(commands)) {
        const taken = await startOf(settings, workspace, ...args);
        seconds.set(what, [...(seconds.get(what) ?? []), taken.seconds]);
      }
    }
  } finally {
    workspace.remove();
  }
  const against = { what: "node -e 0", value: median(bare) };
  const figures = Object.entries(commands).map(([what, { most }]): Figure => {
    const measured = { what, value: median(seconds.get(what) ?? []), unit: "s", against } as const;
    return most === undefined ? measured : { ...measured, aim: { of: "ratio", most } };
  });
  return { title: "start of the command", figures };
};

/** Seconds of a Node process that does nothing. */
export async function bareNode(settings: Settings, { root }: BenchWorkspace): Promise<number> {
  const env = infraEnvironment(settings);
  return (await take({ program: process.execPath, arguments: ["-e", "0"], folder: root, env })).seconds;
}

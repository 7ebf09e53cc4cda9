import { availableParallelism, cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { ensureEngine } from "@infra/toolchain";
import { isMet } from "./figure.js";
import { affected } from "./affected.js";
import { clouds } from "./clouds.js";
import { graphInference } from "./graph.js";
import { impact } from "./impact.js";
import { install } from "./install.js";
import { manyDeployments } from "./many-deployments.js";
import { manyResults } from "./many-results.js";
import { planOverhead } from "./plan-overhead.js";
import type { Group, Report, Section } from "./report.js";
import { start } from "./start.js";
import { stateTransfer } from "./state.js";
import { synthesis } from "./synthesis.js";
import { renderReport } from "./table.js";

const groups: Readonly<Record<string, Group>> = {
  start,
  plan: planOverhead,
  synth: synthesis,
  graph: graphInference,
  many: manyDeployments,
  report: manyResults,
  clouds,
  affected,
  install,
  impact,
  state: stateTransfer,
};

const usage = `Usage: node tools/bench/dist/cli.js [--only <group>]… [--runs <n>] [--quick] [--json] [--strict]

Measures infra against the bare programs that it drives, in the same run, and prints one table.
A missed aim is reported, and fails with --strict; a measurement that breaks always does (exit code 1).

  --only <group>   ${Object.keys(groups).join(", ")}; may be repeated (default: all)
  --runs <n>       runs of each comparison, taken in turn; the median counts (default: 3, with --quick 1)
  --quick          leave out the large sizes
  --json           print the figures for machines
  --strict         exit code 1 when an aim is missed
`;

const options = {
  only: { type: "string", multiple: true },
  runs: { type: "string" },
  quick: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  strict: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  const { quick, json, strict, help, only = Object.keys(groups) } = values;
  if (help) return print(usage);
  const runs = Number(values.runs ?? (quick ? 1 : 3));
  if (!Number.isInteger(runs) || runs < 1)
    throw new Error(`--runs ${String(values.runs)} is not a whole number of 1 or more.`);
  const unknown = only.find((name) => !groups[name]);
  if (unknown !== undefined) throw new Error(`${JSON.stringify(unknown)} is no group.\n\n${usage}`);
  const engine = await ensureEngine();
  const log = (line: string) => process.stderr.write(`bench: ${line}\n`);
  const sections: Section[] = [];
  for (const name of only) {
    try {
      const section = await groups[name]?.({ runs, quick, engine, log });
      if (section) sections.push(section);
    } catch (error) {
      fail(error);
    }
  }
  const report: Report = { machine: machine(), runs, sections };
  if (strict && sections.some(({ figures }) => figures.some((figure) => isMet(figure) === false))) process.exitCode = 1;
  print(json ? `${JSON.stringify(withVerdicts(report), null, 2)}\n` : `${renderReport(report)}\n`);
}

/** With the load, because seconds that were measured beside other work say little. */
function machine(): string {
  const load = (loadavg()[0] ?? 0).toFixed(1);
  return `${String(availableParallelism())} × ${cpus()[0]?.model ?? process.arch}, Node ${process.versions.node}, load ${load}`;
}

function withVerdicts(report: Report): object {
  const judged = (section: Section) => ({
    ...section,
    figures: section.figures.map((figure) => ({ ...figure, met: isMet(figure) })),
  });
  return { ...report, sections: report.sections.map(judged) };
}

function print(text: string): void {
  process.stdout.write(text);
}

/** What the other groups found is still printed. */
function fail(error: unknown): void {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

main().catch(fail);

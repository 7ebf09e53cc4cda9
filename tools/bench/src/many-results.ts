import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeploymentResult, RunResult } from "@infra/results";
import { type Figure, median } from "./figure.js";
import { take } from "./process.js";
import type { Group } from "./report.js";

/** `infra report` of large runs: the whole command, from the JSON of the run to the written file. */
export const manyResults: Group = async ({ runs, quick, log }) => {
  const folder = mkdtempSync(join(tmpdir(), "infra-bench-report-"));
  const figures: Figure[] = [];
  try {
    writeFileSync(join(folder, "package.json"), JSON.stringify({ infra: {} }));
    for (const size of quick ? [300] : [300, 5_000]) {
      log(`report: ${String(size)} deployments`);
      writeFileSync(join(folder, "run.json"), JSON.stringify(runOf(size)));
      for (const format of ["markdown", "html"]) {
        const seconds: number[] = [];
        for (let run = 0; run < runs; run += 1) seconds.push(await report(folder, format));
        const aim = size === 300 && format === "markdown" ? { aim: { of: "value", most: 1 } as const } : {};
        const what = `${size.toLocaleString("en")} deployments, ${format}`;
        figures.push({ what, value: median(seconds), unit: "s", ...aim });
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { title: "infra report", figures, note: ["  each in a new process; every deployment changes 8 resources"] };
};

async function report(folder: string, format: string): Promise<number> {
  const command = join(require.resolve("@infra/cli/package.json"), "../bin/infra.js");
  const args = ["report", "--from", "run.json", "--format", format, "--output", "report"];
  return (await take({ program: process.execPath, arguments: [command, ...args], folder, env: process.env })).seconds;
}

function runOf(size: number): Omit<RunResult, "exitCode"> {
  const results = Array.from({ length: size }, (_, index): DeploymentResult => {
    const [environment, name] = [`environment-${String(Math.floor(index / 10))}`, `unit-${String(index % 10)}`];
    const changes = Array.from({ length: 8 }, (_, change) => ({
      address: `hcloud_server.compute_web_${String(change)}`,
      action: "update" as const,
      place: `inventory/${environment}/${name}.yaml:${String(change + 3)}`,
      attributes: [{ path: "server_type", before: '"cx22"', after: '"cx32"' }],
    }));
    const counts = { create: 0, update: changes.length, replace: 0, delete: 0 };
    const known = { id: `${environment}/${name}`, environment, name, stack: name, provider: "hetzner" };
    return { ...known, status: "changed", counts, changes, seconds: 1, problems: [], notes: [], text: "" };
  });
  return { verb: "plan", results };
}

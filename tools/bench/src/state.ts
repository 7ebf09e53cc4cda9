import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineEnvironment } from "@infra/opentofu";
import { FileLock, FolderStore, startStateService, type StateService } from "@infra/state";
import { type Figure, median } from "./figure.js";
import { take } from "./process.js";
import type { Group, Settings } from "./report.js";

const deployment = "bench/state";
const lineage = "bench";
const actions = ["write", "read"] as const;
type Action = (typeof actions)[number];
const sides = ["service", "local"] as const;
type Side = (typeof sides)[number];

/** The same engine writes and reads the same state, through the state service and with its own local backend. */
export const stateTransfer: Group = async (settings) => {
  const figures: Figure[] = [];
  for (const size of settings.quick ? [1, 10] : [1, 10, 50]) {
    settings.log(`state: ${String(size)} MB`);
    figures.push(...(await transfer(settings, size)));
  }
  return {
    title: "states through the state service",
    figures,
    note: [
      "  whole calls of the engine: state push and state pull; the service checks, hashes and keeps every version",
    ],
  };
};

async function transfer(settings: Settings, megabytes: number): Promise<Figure[]> {
  const root = mkdtempSync(join(tmpdir(), "infra-bench-state-"));
  const service = await startStateService();
  const samples = { write: { service: [], local: [] }, read: { service: [], local: [] } } as Samples;
  try {
    const file = join(root, "state.json");
    writeFileSync(file, stateOf(megabytes));
    for (let run = 1; run <= settings.runs; run += 1) {
      const engines = await enginesIn(join(root, `run-${String(run)}`), service, settings.engine);
      for (const side of sides) {
        samples.write[side].push(await engines[side]("state", "push", "-force", file));
        samples.read[side].push(await engines[side]("state", "pull"));
      }
    }
  } finally {
    await service.close();
    rmSync(root, { recursive: true, force: true });
  }
  return actions.map((action) => ({
    what: `${action} of ${String(megabytes)} MB`,
    value: median(samples[action].service),
    unit: "s",
    against: { what: "local backend", value: median(samples[action].local) },
    aim: { of: "ratio", most: 2 },
  }));
}

type Samples = Record<Action, Record<Side, number[]>>;
type Engine = (...args: readonly string[]) => Promise<number>;

/** The engine in a folder for each side. @returns what calls it, and says how many seconds that took */
async function enginesIn(root: string, service: StateService, program: string): Promise<Record<Side, Engine>> {
  const store = join(root, "store");
  const session = await service.open({
    deployment,
    store: new FolderStore(store, deployment),
    lock: new FileLock(store, deployment),
    operation: "bench",
  });
  const engineIn = async (side: Side, backend: object, more: Readonly<Record<string, string>>): Promise<Engine> => {
    const folder = join(root, side);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ terraform: { backend } }));
    const env = { ...engineEnvironment(process.env, true), ...more };
    const call = async (...args: readonly string[]) => (await take({ program, arguments: args, folder, env })).seconds;
    await call("init", "-input=false");
    return call;
  };
  return {
    service: await engineIn("service", { http: {} }, session.env),
    local: await engineIn("local", { local: {} }, {}),
  };
}

/** A state of about this size, as the engine writes it. */
function stateOf(megabytes: number): string {
  const value = "x".repeat(1_000);
  const entries = Array.from({ length: megabytes * 970 }, (_, index) => [
    `o${String(index)}`,
    { value, type: "string" },
  ]);
  const outputs: unknown = Object.fromEntries(entries);
  return JSON.stringify({ version: 4, terraform_version: "1.12.0", serial: 1, lineage, outputs, resources: [] });
}

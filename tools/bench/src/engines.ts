import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathsOf } from "@infra/engine";
import { z } from "zod";
import { observe, type Observed, take, type Taken } from "./process.js";
import type { Settings } from "./report.js";
import type { BenchWorkspace } from "./workspace.js";

const infraProgram = join(dirname(require.resolve("@infra/cli/package.json")), "bin", "infra.js");

/** The environment of measured runs of infra and of Nx: offline, unencrypted, with the engine that the bare runs use. */
export function infraEnvironment({ engine }: Settings): NodeJS.ProcessEnv {
  return {
    ...process.env,
    INFRA_STATE_PASSPHRASE: "",
    INFRA_FAULTS: "",
    INFRA_ENGINE: engine,
    INFRA_OFFLINE: "1",
    NO_COLOR: "1",
  };
}

/** Runs `infra` in a workspace. */
export function infra(settings: Settings, { root }: BenchWorkspace, ...args: readonly string[]): Promise<Observed> {
  return observe({
    arguments: [infraProgram, ...args],
    folder: root,
    env: infraEnvironment(settings),
    expected: [0, 2],
  });
}

/** Runs `infra` as users do, with nothing that looks into it. */
export function startOf(settings: Settings, { root }: BenchWorkspace, ...args: readonly string[]): Promise<Taken> {
  const env = infraEnvironment(settings);
  return take({ program: process.execPath, arguments: [infraProgram, ...args], folder: root, env });
}

const profile = z.object({
  otherData: z.object({ phases: z.array(z.object({ phase: z.string(), count: z.number(), seconds: z.number() })) }),
});

/** The phases of the last run of infra with `--profile`, as it wrote them. */
export function phasesOf({ root }: BenchWorkspace): readonly { phase: string; count: number; seconds: number }[] {
  return profile.parse(JSON.parse(readFileSync(join(root, ".infra", "profile.json"), "utf8"))).otherData.phases;
}

/** Removes what earlier runs of infra left in a workspace, so that the next one is a first run. */
export function forgetRuns({ root }: BenchWorkspace): void {
  rmSync(join(root, ".infra"), { recursive: true, force: true });
}

/** What a run of the bare engine took: seconds of the whole, and of each command added up. */
const bareRun = z.object({ seconds: z.number(), init: z.number(), plan: z.number() });

/**
 * The engine without infra, on copies of the folders that infra synthesized: the same configuration and the same mock provider,
 * with a state file in the folder instead of a state service, and no JSON output.
 */
export class BareEngine {
  private readonly folders: readonly string[];

  /** Copies what was synthesized in the workspace. */
  constructor(
    private readonly settings: Settings,
    { root, deployments }: BenchWorkspace,
  ) {
    this.folders = deployments.map((id) => copyOf(root, id));
  }

  /** Initialises and plans every folder, several at once. */
  async run(parallelism: number): Promise<z.infer<typeof bareRun>> {
    const [folder = "."] = this.folders;
    const child = require.resolve("./bare-child.js");
    const args = [child, this.settings.engine, String(parallelism), ...this.folders];
    const { stdout } = await take({ program: process.execPath, arguments: args, folder, env: process.env });
    return bareRun.parse(JSON.parse(stdout));
  }
}

/** Copies a synthesized folder without its backend. */
function copyOf(root: string, id: string): string {
  const { work } = pathsOf(root, { id, file: "" }, true);
  const folder = join(root, "bare", id);
  mkdirSync(folder, { recursive: true });
  const configuration = JSON.parse(readFileSync(join(work, "cdk.tf.json"), "utf8")) as {
    terraform: { backend?: object };
  };
  delete configuration.terraform.backend;
  writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify(configuration, null, 2));
  const lock = join(work, ".terraform.lock.hcl");
  if (existsSync(lock)) cpSync(lock, join(folder, ".terraform.lock.hcl"));
  return folder;
}

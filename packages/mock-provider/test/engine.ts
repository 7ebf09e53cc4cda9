import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { reattachEnvironment, startMockProvider, usedTypes, type Fault, type MockProvider } from "../src/index.js";

/** The path of OpenTofu: `INFRA_ENGINE`, else the toolchain's. */
export async function openTofu(): Promise<string> {
  if (process.env["INFRA_ENGINE"]) return process.env["INFRA_ENGINE"];
  const { ensureTool } = (await import("@infra/toolchain")) as { ensureTool(name: string): Promise<string> };
  return ensureTool("tofu");
}

/** The path of Terraform, when it is on PATH. */
export function terraformOnPath(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, "terraform")).find((file) => existsSync(file));
}

const require = createRequire(__filename);
const workspace = join(__dirname, "../../..");

/** Where the bindings of a provider are. */
export function bindingsOf(source: string): string {
  if (source.endsWith("/aws")) return dirname(require.resolve("@cdktf/provider-aws/package.json"));
  return join(workspace, "packages/providers/hcloud");
}

/** What a run of the engine answered. */
export interface EngineResult {
  readonly code: number;
  readonly output: string;
}

/** A folder with a configuration, a state and an emulated cloud. */
export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), "mock-provider-spec-"));
  readonly cloud = join(this.folder, "cloud.jsonl");
  providers: MockProvider[] = [];
  faults: Fault[] = [];

  constructor(readonly engine: string) {}

  /** Writes the configuration. */
  configure(configuration: object): void {
    writeFileSync(join(this.folder, "main.tf.json"), JSON.stringify(configuration, undefined, 2));
  }

  /** Runs the engine once, with providers that live for this run: one session of the cloud. */
  async run(...args: string[]): Promise<EngineResult> {
    await this.start();
    try {
      return await this.spawn(args).result;
    } finally {
      await this.stop();
    }
  }

  /** Starts the providers that the configuration uses. */
  async start(): Promise<void> {
    const configuration: unknown = JSON.parse(readFileSync(join(this.folder, "main.tf.json"), "utf8"));
    for (const used of usedTypes(configuration)) {
      const bindings = bindingsOf(used.source);
      this.providers.push(await startMockProvider({ ...used, bindings, cloud: this.cloud, faults: this.faults }));
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.providers.map((provider) => provider.close()));
    this.providers = [];
  }

  /** Starts the engine with the providers that run. */
  spawn(args: readonly string[]): { readonly pid: number; readonly result: Promise<EngineResult> } {
    const emptyFile = join(this.folder, "cli.tfrc");
    writeFileSync(emptyFile, "");
    const reattach = reattachEnvironment(this.providers);
    const env = {
      ...process.env,
      ...reattach,
      TF_CLI_CONFIG_FILE: emptyFile,
      TF_IN_AUTOMATION: "1",
      CHECKPOINT_DISABLE: "1",
    };
    let pid = 0;
    const result = new Promise<EngineResult>((done) => {
      const child = execFile(
        this.engine,
        [...args],
        { cwd: this.folder, env, maxBuffer: 2 ** 28 },
        (error, stdout, stderr) => {
          done({ code: error ? Number(error.code ?? -1) : 0, output: stdout + stderr });
        },
      );
      pid = child.pid ?? 0;
    });
    return { pid, result };
  }

  async init(): Promise<EngineResult> {
    return this.run("init", "-no-color");
  }

  async apply(...args: string[]): Promise<EngineResult> {
    return this.run("apply", "-no-color", "-auto-approve", "-input=false", ...args);
  }

  /** Exit code 0: no change; 2: changes. */
  async plan(...args: string[]): Promise<EngineResult> {
    return this.run("plan", "-no-color", "-input=false", "-detailed-exitcode", ...args);
  }

  async destroy(): Promise<EngineResult> {
    return this.run("destroy", "-no-color", "-auto-approve", "-input=false");
  }

  /** The JSON that `show` prints of a saved plan. */
  async plannedChanges(): Promise<Record<string, string[]>> {
    await this.plan("-out=plan.bin");
    const { output } = await this.run("show", "-json", "plan.bin");
    const plan = JSON.parse(output) as { resource_changes?: { address: string; change: { actions: string[] } }[] };
    return Object.fromEntries((plan.resource_changes ?? []).map(({ address, change }) => [address, change.actions]));
  }

  /**
   * The engines truncate a local state file before they write it, so a kill can empty it. The answer puts the state of
   * now back in that case, as a state store that writes atomically would have it.
   */
  keepState(): () => void {
    const file = join(this.folder, "terraform.tfstate");
    const read = (): string => (existsSync(file) ? readFileSync(file, "utf8") : "");
    const kept = read();
    return () => {
      if (read().endsWith("}\n")) return;
      if (kept === "") rmSync(file, { force: true });
      else writeFileSync(file, kept);
    };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

import { setting, terraformProviderOf, terraformProviders } from "@infra/inventory";
import type { TerraformConfiguration } from "@infra/core";
import { reattachEnvironment, startMockProvider, usedTypes } from "@infra/mock-provider";
import { ensureTool } from "@infra/toolchain";
import { execa } from "execa";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** What one command of the engine answered. */
export interface Answer {
  readonly exitCode: number | undefined;
  /** What it printed. */
  readonly output: string;
}

/** The real engine, in a folder of its own, on a synthesized configuration whose clouds are emulated in this process. */
export class OfflineEngine {
  private readonly folder = mkdtempSync(join(tmpdir(), "offline-engine-"));

  /** @param program The engine's binary. */
  constructor(
    private readonly program: string,
    private readonly configuration: TerraformConfiguration,
  ) {
    const { terraform, ...rest } = configuration;
    // Without a backend the state is a local file, and a plan needs no `init` before it.
    const local = { ...rest, terraform: { required_providers: terraform?.required_providers } };
    writeFileSync(join(this.folder, "main.tf.json"), JSON.stringify(local));
    writeFileSync(join(this.folder, "empty.tfrc"), "");
  }

  /** The engine: `INFRA_ENGINE`, else the pinned OpenTofu. */
  static async find(): Promise<string> {
    return setting(process.env, "INFRA_ENGINE") ?? ensureTool("tofu");
  }

  /** Runs commands one after the other, until one fails; the answer is that of the last. */
  async run(...commands: readonly (readonly string[])[]): Promise<Answer> {
    const clouds = await Promise.all(
      usedTypes(this.configuration).map((used) =>
        startMockProvider({ ...used, bindings: bindingsOf(used.source), cloud: join(this.folder, "cloud.jsonl") }),
      ),
    );
    const env = {
      ...reattachEnvironment(clouds),
      TF_CLI_CONFIG_FILE: join(this.folder, "empty.tfrc"),
      TF_IN_AUTOMATION: "1",
      CHECKPOINT_DISABLE: "1",
    };
    try {
      let answer: Answer = { exitCode: 0, output: "" };
      for (const args of commands) {
        if (answer.exitCode !== 0) break;
        const { exitCode, all } = await execa(this.program, args, { cwd: this.folder, env, all: true, reject: false });
        answer = { exitCode, output: all };
      }
      return answer;
    } finally {
      await Promise.all(clouds.map((cloud) => cloud.close()));
    }
  }

  /** Removes the folder. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function bindingsOf(source: string): string {
  const name = terraformProviderOf(source);
  if (name === undefined) throw new Error(`no bindings of ${source} are known`);
  return dirname(createRequire(__filename).resolve(`${terraformProviders[name].bindings}/package.json`));
}

import { providers } from "@infra/inventory";
import type { TerraformConfiguration } from "@infra/core";
import { mirrorDirectory } from "@infra/toolchain";
import { execa } from "execa";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Mirror } from "./mirror.js";

/** How engines are called. */
export interface EngineOptions {
  /** The engine's binary. */
  readonly program: string;
  /** Most milliseconds of one call. */
  readonly timeout: number;
  /** Base URL of the registry of providers. @default - the one that their sources name */
  readonly registry?: string | undefined;
  /** Provider binaries of the user. @default - none */
  readonly mirror?: Mirror | undefined;
}

/** Something that the engine objects to. */
export interface Diagnostic {
  readonly severity: string;
  readonly summary: string;
  readonly detail?: string | undefined;
  /** Address of what it is about. */
  readonly address?: string | undefined;
}

/** How a call of the engine ended. */
export interface Answer {
  readonly succeeded: boolean;
  readonly errors: readonly Diagnostic[];
}

const diagnostic = z.object({
  severity: z.string(),
  summary: z.string(),
  detail: z.string().optional(),
  address: z.string().optional(),
});
const validation = z.object({ valid: z.boolean(), diagnostics: z.array(diagnostic) });
const event = z.object({ type: z.literal("diagnostic"), diagnostic });

/** Variables that say where the engine and providers work, and the credentials of the user: none of them counts here. */
const ofTheUser = /^(?:TF_|AWS_|ARM_|GOOGLE_|CLOUDSDK_|OCI_|HCLOUD_|HEROKU_|DIGITALOCEAN_|SPACES_)/;

/** The real engine with real providers, in a folder of its own, which is made ready once for many configurations. */
export class RealEngine {
  private readonly folder = mkdtempSync(join(tmpdir(), "real-"));

  constructor(private readonly options: EngineOptions) {
    const cache = join(this.folder, "home");
    mkdirSync(cache);
    writeFileSync(join(this.folder, "real.tofurc"), engineConfiguration(options));
  }

  /** Installs the providers that a configuration requires. */
  async install({ terraform }: TerraformConfiguration): Promise<Answer> {
    this.write("main.tf.json", { terraform });
    const { exitCode, stderr, stdout, timedOut } = await this.run({}, "init", "-no-color", "-input=false");
    const text = (stderr || stdout).replaceAll(/\s*\n[\s│╷╵]*/g, " ").trim();
    const errors = exitCode === 0 ? [] : [{ severity: "error", summary: timedOut ? this.tooSlow : text }];
    return { succeeded: exitCode === 0, errors };
  }

  /** Checks a configuration; asks no cloud. */
  async validate(configuration: TerraformConfiguration): Promise<Answer> {
    this.write("main.tf.json", configuration);
    rmSync(join(this.folder, "arguments_override.tf.json"), { force: true });
    const { stdout, stderr, timedOut } = await this.run({}, "validate", "-json", "-no-color");
    const parsed = timedOut ? undefined : validation.safeParse(parse(stdout)).data;
    if (!parsed)
      return { succeeded: false, errors: [{ severity: "error", summary: timedOut ? this.tooSlow : stderr || stdout }] };
    return { succeeded: parsed.valid, errors: parsed.diagnostics.filter(({ severity }) => severity === "error") };
  }

  /** Plans the configuration that was validated last. @param override The content of an override file for it. */
  async plan(env: Readonly<Record<string, string>>, override: object | undefined): Promise<Answer> {
    if (override) this.write("arguments_override.tf.json", override);
    const { exitCode, stdout, stderr, timedOut } = await this.run(env, "plan", "-json", "-input=false", "-lock=false");
    if (exitCode === 0) return { succeeded: true, errors: [] };
    const errors = stdout.split("\n").flatMap((line) => {
      const found = event.safeParse(parse(line)).data?.diagnostic;
      return found?.severity === "error" ? [found] : [];
    });
    const rest = { severity: "error", summary: timedOut ? this.tooSlow : stderr.trim() };
    return { succeeded: false, errors: errors.length > 0 ? errors : [rest] };
  }

  /** Removes the folder. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get tooSlow(): string {
    return `no answer within ${String(Math.round(this.options.timeout / 1000))} s`;
  }

  private write(name: string, content: object): void {
    writeFileSync(join(this.folder, name), JSON.stringify(content));
  }

  private run(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
    const { program, timeout } = this.options;
    const kept = Object.entries(process.env).filter(([name]) => !ofTheUser.test(name));
    const own = {
      // No profile or login of the user, in whichever file it lies.
      HOME: join(this.folder, "home"),
      TF_CLI_CONFIG_FILE: join(this.folder, "real.tofurc"),
      TF_IN_AUTOMATION: "1",
      TF_REGISTRY_CLIENT_TIMEOUT: "10",
      TF_REGISTRY_DISCOVERY_RETRY: "0",
      CHECKPOINT_DISABLE: "1",
    };
    return execa(program, args, {
      cwd: this.folder,
      env: { ...Object.fromEntries(kept), ...own, ...env },
      extendEnv: false,
      reject: false,
      timeout,
    });
  }
}

/** Providers come from the mirror of the user, else from what the toolchain built, all others from the registry. */
function engineConfiguration({ registry, mirror }: EngineOptions): string {
  const own = mirrorDirectory();
  const given = [...(mirror?.versions.keys() ?? [])];
  const built = Object.values(providers)
    .map(({ source }) => source)
    .filter((source) => !given.includes(source) && existsSync(join(own, source)));
  const blocks = [
    ...(mirror ? [filesystemMirror(mirror.folder, given)] : []),
    ...(built.length > 0 ? [filesystemMirror(own, built)] : []),
  ];
  const direct = `  direct {\n    exclude = ${JSON.stringify([...given, ...built])}\n  }\n`;
  const installation = blocks.length === 0 ? "" : `provider_installation {\n${blocks.join("")}${direct}}\n`;
  if (registry === undefined) return installation;
  return `${installation}host "registry.opentofu.org" {\n  services = { "providers.v1" = ${JSON.stringify(registry)} }\n}\n`;
}

function filesystemMirror(path: string, include: readonly string[]): string {
  return `  filesystem_mirror {\n    path    = ${JSON.stringify(path)}\n    include = ${JSON.stringify(include)}\n  }\n`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

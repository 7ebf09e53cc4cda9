import { type ProviderName, providers } from "@infra/inventory";
import type { TerraformConfiguration } from "@infra/core";
import { OfflineEngine } from "@infra/conformance";
import { ensureTool } from "@infra/toolchain";
import { planningOf } from "./accounts.js";
import { type Answer, type Diagnostic, RealEngine } from "./engine.js";
import { type Example, examplesOn } from "./examples.js";
import type { Mirror } from "./mirror.js";
import { unreachableReason } from "./reason.js";
import type { CloudReport, Remark } from "./report.js";

/** What to validate. */
export interface RealOptions {
  readonly clouds: readonly ProviderName[];
  /** Most seconds of one call of the engine; the first for a provider downloads it. @default 180 */
  readonly timeout?: number;
  /** Base URL of the registry of providers. @default - the one that their sources name */
  readonly registry?: string | undefined;
  /** Provider binaries of the user; they come before what the toolchain builds and before the registry. @default - none */
  readonly mirror?: Mirror | undefined;
  /** Is told what was done. @default - nobody */
  readonly log?: (line: string) => void;
}

/**
 * Validates every example of every module on clouds, with their real providers, and plans it where that works without an
 * account. No credentials of the user are used, and nothing is applied.
 */
export async function validateExamples(options: RealOptions): Promise<CloudReport[]> {
  const { clouds, timeout = 180, registry, mirror, log = () => undefined } = options;
  const isGiven = mirror?.versions.has(providers.hetzner.source) ?? false;
  if (clouds.includes("hetzner") && !isGiven) await ensureTool("provider-hcloud", { log });
  const program = await OfflineEngine.find();
  const reports: CloudReport[] = [];
  for (const cloud of clouds)
    reports.push(await new Cloud(cloud, { program, timeout: timeout * 1000, registry, mirror }, log).report());
  return reports;
}

/** An engine with the providers that some examples need, or why these cannot be had. */
type Ready = { readonly engine: RealEngine } | { readonly unreachable: string } | { readonly fault: string };

/** The examples of one cloud. */
class Cloud {
  private readonly engines = new Map<string, Promise<Ready>>();
  private readonly made: RealEngine[] = [];
  private readonly invalid: Remark[] = [];
  private readonly notPlanned: Remark[] = [];
  private readonly notReachable: Remark[] = [];
  private validated = 0;
  private planned = 0;

  constructor(
    private readonly provider: ProviderName,
    private readonly options: ConstructorParameters<typeof RealEngine>[0],
    private readonly log: (line: string) => void,
  ) {}

  async report(): Promise<CloudReport> {
    const examples = examplesOn(this.provider);
    try {
      for (const [index, example] of examples.entries()) {
        const said = await this.look(example);
        if (said !== undefined)
          this.log(`${this.provider} ${String(index + 1)}/${String(examples.length)} ${example.name}: ${said}`);
      }
    } finally {
      for (const engine of this.made) engine.remove();
    }
    const { provider, validated, planned, invalid, notPlanned, notReachable } = this;
    return { provider, examples: examples.length, validated, planned, invalid, notPlanned, notReachable };
  }

  /** @returns what is said of it in a few words, unless that was said before: its providers cannot be had */
  private async look({ name: example, synthesize }: Example): Promise<string | undefined> {
    const configuration = await synthesize();
    const ready = await this.ready(configuration);
    if ("unreachable" in ready) {
      this.notReachable.push({ example, message: ready.unreachable });
      return undefined;
    }
    if ("fault" in ready) return this.fault(example, ready.fault);
    const checked = await ready.engine.validate(configuration);
    if (!checked.succeeded) return this.fault(example, messageOf(checked));
    this.validated += 1;
    const refusal = await this.plan(ready.engine, configuration);
    if (refusal === undefined) {
      this.planned += 1;
      return "validated, planned";
    }
    if (refusal.isFault) return this.fault(example, refusal.message);
    this.notPlanned.push({ example, message: refusal.message });
    return `validated, not planned (${refusal.message})`;
  }

  private fault(example: string, message: string): string {
    this.invalid.push({ example, message });
    return `invalid: ${message}`;
  }

  private async plan(engine: RealEngine, configuration: TerraformConfiguration) {
    const planning = planningOf(configuration);
    if (typeof planning === "string") return { message: planning, isFault: false };
    const answer = await engine.plan(planning.env, planning.override);
    if (answer.succeeded) return undefined;
    const asked = answer.errors.every(
      ({ address, summary, detail }) =>
        address?.startsWith("data.") || unreachableReason(`${summary} ${detail ?? ""}`) !== undefined,
    );
    return { message: messageOf(answer), isFault: planning.isCertain && !asked };
  }

  /** Installs each set of providers once. */
  private ready(configuration: TerraformConfiguration): Promise<Ready> {
    const key = JSON.stringify(configuration.terraform?.required_providers);
    const known = this.engines.get(key) ?? this.install(configuration);
    this.engines.set(key, known);
    return known;
  }

  private async install(configuration: TerraformConfiguration): Promise<Ready> {
    const engine = new RealEngine(this.options);
    this.made.push(engine);
    const sources = Object.values(configuration.terraform?.required_providers ?? {}).map(({ source }) => source);
    this.log(`${this.provider}: installing ${sources.join(", ")}`);
    const { succeeded, errors } = await engine.install(configuration);
    if (succeeded) return { engine };
    const text = errors.map(({ summary }) => summary).join(" ");
    const [, missing = sources.join(", ")] = /provider (?:registry\S+?\/)?([\w-]+\/[\w-]+)/.exec(text) ?? [];
    const reason = this.otherVersions(missing, text) ?? unreachableReason(text);
    if (reason === undefined) return { fault: text };
    this.log(`${this.provider}: ${missing} is not reachable: ${reason}`);
    return { unreachable: `${missing}: ${reason}` };
  }

  /** Why the user's mirror does not help, where it has another version of a provider. */
  private otherVersions(address: string, text: string): string | undefined {
    const [source, versions] =
      [...(this.options.mirror?.versions ?? [])].find(([each]) => each.endsWith(`/${address}`)) ?? [];
    const [, wanted] = /no available releases match the given constraints ([^"]+)/.exec(text) ?? [];
    if (source === undefined || wanted === undefined) return undefined;
    return `the mirror has ${versions?.join(", ") ?? "none"}, the example needs ${wanted.trim()}`;
  }
}

function messageOf({ errors }: Answer): string {
  const [first, ...more] = [...new Set(errors.map(lineOf))];
  return `${first ?? "the engine says no reason"}${more.length > 0 ? ` (and ${String(more.length)} more)` : ""}`;
}

function lineOf({ address, summary, detail }: Diagnostic): string {
  const text = [summary, detail].filter(Boolean).join(": ").replaceAll(/\s+/g, " ").trim();
  return `${address === undefined ? "" : `${address}: `}${text.length > 300 ? `${text.slice(0, 299)}…` : text}`;
}

import { Construct } from "constructs";
import type { z } from "zod";
import { DeploymentStack } from "./deployment-stack.js";
import { infraError, InfraError, type Path, type Problem, problemsOfValue, type ProviderName } from "@infra/inventory";
import { originOf, setOrigin } from "./origin.js";

/** A feature that not every cloud has: what it is, and where a configuration asks for it. */
export interface Feature<C> {
  /** One line for the support table. */
  readonly description: string;
  /** Paths of the configuration that need the feature; empty when it is not asked for. */
  readonly usedAt: (config: C) => readonly Path[];
}

/** Why a cloud lacks a feature, and what to do instead. */
export interface Gap {
  readonly reason: string;
  readonly remedy: string;
}

/** Declares that an adapter lacks a feature. */
export function unsupported(reason: string, remedy: string): Gap {
  return { reason, remedy };
}

/** What a module is, on every cloud: its input, the features that may be missing, and its adapters. */
export interface Contract<S extends z.ZodType, Peers, Outputs, F extends string = string> {
  /** The module's word: `network`. */
  readonly name: string;
  readonly config: S;
  readonly features: Readonly<Record<F, Feature<z.output<S>>>>;
  /** For each cloud: loads the adapter, which happens only for the cloud of the deployment; or why there can be none. */
  readonly adapters: Readonly<Record<ProviderName, (() => Adapter<S, Peers, Outputs, F>) | Gap>>;
}

/** One cloud's implementation of a module. */
export interface Adapter<S extends z.ZodType, Peers, Outputs, F extends string = string> {
  /** For each feature of the contract: true, or why it is missing. */
  readonly supports: Readonly<Record<F, true | Gap>>;
  /** Creates the resources. `scope` is the module's construct. */
  build(scope: Construct, config: z.output<S>, peers: Peers): Outputs;
}

/** The types of a contract, for its adapters: `AdapterOf<typeof networkContract>`. */
export type AdapterOf<T> = T extends Contract<infer S, infer P, infer O, infer F> ? Adapter<S, P, O, F> : never;

/**
 * A construct with one contract and an adapter per cloud. It checks its input, picks the adapter, and nothing else.
 *
 * A module whose id is a key of the stack's configuration comes from that part of it: errors and plan lines name its lines.
 */
export abstract class Module<S extends z.ZodType, Peers, Outputs> extends Construct {
  /** What other modules and stacks may use of it. */
  readonly outputs: Outputs;

  /** @throws InfraError for bad input, and for a feature that the cloud of the deployment lacks. */
  constructor(scope: Construct, id: string, contract: Contract<S, Peers, Outputs>, props: z.input<S>, peers: Peers) {
    super(scope, id);
    const stack = DeploymentStack.of(this);
    const { settings, configKeys } = stack.context;
    if (configKeys?.includes(id)) setOrigin(this, [id]);
    const { provider } = settings;
    const config = this.parse(contract, props);
    const adapter = loadAdapter(contract, provider);
    const gaps = findGaps(contract, adapter, provider, config);
    if (gaps.length > 0) throw this.error(gaps);
    stack.useProvider();
    this.outputs = adapter.build(this, config, peers);
  }

  private parse(contract: Contract<S, Peers, Outputs>, props: z.input<S>): z.output<S> {
    const result = contract.config.safeParse(props);
    if (result.success) return result.data;
    throw this.error(problemsOfValue(contract.config, props));
  }

  private error(problems: readonly Problem[]): InfraError {
    const around = originOf(this).join(".");
    return new InfraError(
      problems.map((problem) => ({ ...problem, path: [around, problem.path].filter(Boolean).join(".") })),
    );
  }
}

function loadAdapter<S extends z.ZodType, P, O, F extends string>(
  contract: Contract<S, P, O, F>,
  provider: ProviderName,
): Adapter<S, P, O, F> {
  const adapter = contract.adapters[provider];
  if (typeof adapter === "function") return adapter();
  throw infraError(`${provider} has no ${contract.name}: ${adapter.reason}`, adapter.remedy);
}

/** Why a cloud lacks a feature of a module, or the whole module; undefined when it has it. */
export function gapOf<S extends z.ZodType, P, O, F extends string>(
  contract: Contract<S, P, O, F>,
  provider: ProviderName,
  feature: F,
): Gap | undefined {
  const adapter = contract.adapters[provider];
  if (typeof adapter !== "function") return adapter;
  const support = adapter().supports[feature];
  return support === true ? undefined : support;
}

/** The features that a configuration asks for and an adapter lacks. */
export function findGaps<S extends z.ZodType, P, O, F extends string>(
  contract: Contract<S, P, O, F>,
  adapter: Adapter<S, P, O, F>,
  provider: string,
  config: z.output<S>,
): Problem[] {
  return (Object.keys(contract.features) as F[]).flatMap((feature) => {
    const gap = adapter.supports[feature];
    if (gap === true) return [];
    return contract.features[feature]
      .usedAt(config)
      .map((path) => ({ message: `${provider}: ${gap.reason}`, remedy: gap.remedy, path: path.join(".") }));
  });
}

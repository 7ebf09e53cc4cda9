import type { Construct } from "constructs";
import type { z } from "zod";
import { DeploymentStack } from "./deployment-stack.js";
import { infraError, type Path, type Problem, type ProviderName, providerNames } from "@infra/inventory";
import { type Build, type ConfigOf, type Contract, errorIn, Module, type PeersOf } from "./module.js";

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

/** Declares that a cloud lacks a feature, or a whole module. */
export function unsupported(reason: string, remedy: string): Gap {
  return { reason, remedy };
}

/** What a module is that has one adapter per cloud: a contract, and the features that a cloud may lack. */
export interface CloudContract<
  S extends z.ZodType = z.ZodType,
  Peers = unknown,
  Outputs = unknown,
  F extends string = string,
> extends Contract<S, Peers, Outputs> {
  readonly adapters: "per cloud";
  readonly features: Readonly<Record<F, Feature<z.output<S>>>>;
}

/** A contract of any module that has adapters. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- input, peers and outputs differ from module to module
export type AnyCloudContract = CloudContract<any, any, any, any>;

/** The names of the features of a contract. */
export type FeatureOf<C extends AnyCloudContract> = keyof C["features"] & string;

/** One cloud's implementation of a module: `AdapterOf<NetworkContract>`. */
export interface AdapterOf<C extends AnyCloudContract> {
  /** The features that the cloud lacks, each with the reason; it supports all others. @default - it lacks none */
  readonly lacks?: Readonly<Partial<Record<FeatureOf<C>, Gap>>>;
  /** Creates the resources. `scope` is the module's construct. */
  readonly build: Build<C>;
}

/** For each cloud: loads the adapter, which happens only for the cloud of the deployment; or why there is none. */
export type AdaptersOf<C extends AnyCloudContract> = Readonly<Record<ProviderName, (() => AdapterOf<C>) | Gap>>;

/**
 * The adapters of a module. Each stands in a file or a folder that is named as its cloud, beside the caller, and is exported under the same
 * name: `aws` of `./aws.js` or `./aws/index.js`. Its file, and with it the cloud's bindings, is loaded when the cloud is chosen.
 *
 * @param load The caller's `require`.
 * @param gaps The clouds that have no adapter, each with the reason. @default - every cloud has one
 */
export function adaptersOf<C extends AnyCloudContract>(
  load: (path: string) => unknown,
  gaps: Readonly<Partial<Record<ProviderName, Gap>>> = {},
): AdaptersOf<C> {
  const entries = providerNames.map((name) => [name, gaps[name] ?? (() => loadAdapter<C>(load, name))] as const);
  return Object.fromEntries(entries) as unknown as AdaptersOf<C>;
}

/** @throws TypeError when the file of an adapter does not export it. */
function loadAdapter<C extends AnyCloudContract>(load: (path: string) => unknown, name: ProviderName): AdapterOf<C> {
  const { [name]: adapter } = load(`./${name}`) as Partial<Record<ProviderName, AdapterOf<C>>>;
  if (typeof adapter?.build === "function") return adapter;
  throw new TypeError(`./${name} exports no adapter named ${name}`);
}

/** A module with one adapter per cloud. It checks its input, picks the adapter of the deployment's cloud, and nothing else. */
export abstract class CloudModule<C extends AnyCloudContract> extends Module<C> {
  /** @throws InfraError for bad input, and for a feature that the cloud of the deployment lacks. */
  constructor(
    scope: Construct,
    id: string,
    contract: C,
    adapters: AdaptersOf<C>,
    props: z.input<C["config"]>,
    peers: PeersOf<C>,
  ) {
    super(scope, id, contract, buildOnCloud(contract, adapters), props, peers);
  }
}

function buildOnCloud<C extends AnyCloudContract>(contract: C, adapters: AdaptersOf<C>): Build<C> {
  return (scope, config, peers) => {
    const stack = DeploymentStack.of(scope);
    const { provider } = stack.context.settings;
    const adapter = adapters[provider];
    if (typeof adapter !== "function")
      throw infraError(`${provider} has no ${contract.name}: ${adapter.reason}`, adapter.remedy);
    const { lacks, build } = adapter();
    const gaps = lacks ? findGaps(contract, lacks, provider, config) : [];
    if (gaps.length > 0) throw errorIn(scope, gaps);
    stack.useProvider();
    return build(scope, config, peers);
  };
}

/** Why a cloud lacks a feature of a module, or the whole module; undefined when it has it. */
export function gapOf<C extends AnyCloudContract>(
  adapters: AdaptersOf<C>,
  provider: ProviderName,
  feature: FeatureOf<C>,
): Gap | undefined {
  const adapter = adapters[provider];
  return typeof adapter === "function" ? adapter().lacks?.[feature] : adapter;
}

/** The features that a configuration asks for and a cloud lacks. */
export function findGaps<C extends AnyCloudContract>(
  contract: C,
  lacks: NonNullable<AdapterOf<C>["lacks"]>,
  provider: string,
  config: ConfigOf<C>,
): Problem[] {
  const features = Object.entries(contract.features) as [FeatureOf<C>, Feature<ConfigOf<C>>][];
  return features.flatMap(([name, { usedAt }]) => {
    const gap = lacks[name];
    if (gap === undefined) return [];
    return usedAt(config).map((path) => ({
      message: `${provider}: ${gap.reason}`,
      remedy: gap.remedy,
      path: path.join("."),
    }));
  });
}

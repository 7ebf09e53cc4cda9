import type { AdaptersOf, AnyCloudContract, DeploymentStack } from "@infra/core";
import type { ProviderName } from "@infra/inventory";
import type { z } from "zod";

/** A map of a module's input: how to put one more key into it. */
export interface MapCase {
  /** Where the map stands: `groups.web.volumes`. */
  readonly path: string;
  readonly value: unknown;
  /** The input that the key is added to. @default - the plain input */
  readonly props?: object;
  /** The feature that the key needs; clouds that lack it are left out. @default - none */
  readonly feature?: string;
  /**
   * The addresses that hold the whole map, by provider, or a pattern of those on every cloud: a resource with a block per key, or one
   * that lists what others made. A key adds one entry there, and leaves the others as they are.
   * @default - each key has its own resources
   */
  readonly within?: Partial<Record<ProviderName, string | readonly string[]>> | RegExp;
  /** Clouds on which a key makes no resource at all, such as SSH keys that servers are told at the first boot. @default - none */
  readonly none?: readonly ProviderName[];
}

/** An input that a module must refuse. */
export interface Refusal {
  readonly props: object;
  /** Path in the module's input that the refusal names. */
  readonly path: string;
  /** Parts of the message: the value, the rule that it breaks, and what to do. */
  readonly says: readonly [value: string, rule: string, remedy: string];
  /** The cloud that refuses it. @default "aws" */
  readonly provider?: ProviderName;
}

/** An example of a module. */
export interface ExampleCase {
  /** File name, without ending. */
  readonly name: string;
  /** Clouds that refuse it. @default - only those that lack the module */
  readonly refusedBy?: readonly ProviderName[];
}

/** What decides about the outputs of a module. */
export interface OutputsCase {
  readonly props: object;
  readonly provider: ProviderName;
  /** Has the cloud a feature of the module? */
  readonly has: (feature: string) => boolean;
}

/** One module as the suite sees it. */
export interface ModuleCase {
  /** The module's word, and the id of its construct. */
  readonly word: string;
  /** Folder of its package, from the root of the repository. */
  readonly folder: string;
  /** Its examples; the first is the one of the README. */
  readonly examples: readonly [ExampleCase, ...ExampleCase[]];
  readonly contract: AnyCloudContract;
  readonly adapters: AdaptersOf<AnyCloudContract>;
  /**
   * Creates the module, with the modules that it needs. @returns all that it puts out, under its id
   * @param id Id of the construct; the module's word by default.
   */
  readonly build: (stack: DeploymentStack, props: object, id?: string) => Readonly<Record<string, unknown>>;
  /** The form of all that it puts out; what a cloud does not have is left out. */
  readonly puts: (of: OutputsCase) => z.ZodType;
  /** What its examples need. */
  readonly peers: (stack: DeploymentStack) => object;
  /** What the other deployments put out that its inputs refer to: `compute.network.id`. @default - they refer to none */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** A plain input, which every cloud that has the module takes. */
  readonly props: object;
  /** An input that uses as much at once as a cloud has, in which maps are tried with odd keys. @default - the input of the map */
  readonly crowded?: (has: (feature: string) => boolean) => object;
  /** An input that uses the feature, for each feature of the contract. */
  readonly uses: Readonly<Record<string, object>>;
  /** Every map of the input whose entries have a name. */
  readonly maps: readonly MapCase[];
  /** Inputs that it must refuse, by what is wrong: at least 15. */
  readonly refusals: Readonly<Record<string, Refusal>>;
}

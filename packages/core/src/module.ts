import { Construct, type IConstruct } from "constructs";
import type { z } from "zod";
import { DeploymentStack } from "./deployment-stack.js";
import { InfraError, type Path, type Problem, problemsOfValue, type TerraformProviderName } from "@infra/inventory";
import { originOf, setOrigin } from "./origin.js";

/** What a module is, wherever it runs: its word, its input, what it needs of other modules, and what it puts out. */
export interface Contract<S extends z.ZodType = z.ZodType, Peers = unknown, Outputs = unknown> {
  /** The module's word: `network`. */
  readonly name: string;
  /**
   * Has the module one adapter per cloud? A module with `"none"` is built in the same way everywhere: a service in a cluster or on
   * servers, an app.
   */
  readonly adapters: "none" | "per cloud";
  readonly config: S;
  /**
   * Words of the Terraform providers that it uses besides the cloud's own. Its resources take the stack's configuration of each, unless
   * they name another. @default - none
   */
  readonly providers?: readonly TerraformProviderName[];
  /** Carries the types of the peers and the outputs; no contract sets it. */
  readonly types?: { readonly peers: Peers; readonly outputs: Outputs };
}

/** A contract of any module. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- input, peers and outputs differ from module to module
export type AnyContract = Contract<any, any, any>;

/** The input of a module, checked and with its defaults. */
export type ConfigOf<C extends AnyContract> = z.output<C["config"]>;

/** What a module needs of others. */
export type PeersOf<C extends AnyContract> = NonNullable<C["types"]>["peers"];

/** What a module puts out. */
export type OutputsOf<C extends AnyContract> = NonNullable<C["types"]>["outputs"];

/** Creates the resources of a module. `scope` is the module's construct. */
export type Build<C extends AnyContract> = (scope: Construct, config: ConfigOf<C>, peers: PeersOf<C>) => OutputsOf<C>;

/** The Terraform providers that the contract of a module names. */
const declared = new WeakMap<IConstruct, readonly TerraformProviderName[]>();

/** The Terraform providers that the contract of the module around a construct names. @returns undefined outside of modules */
export function declaredProviders(construct: IConstruct): readonly TerraformProviderName[] | undefined {
  for (let current = construct.node.scope; current; current = current.node.scope) {
    const providers = declared.get(current);
    if (providers) return providers;
  }
  return undefined;
}

/**
 * A construct with one contract. It checks its input and builds, and nothing else.
 *
 * A module whose id is a key of the stack's configuration comes from that part of it: errors and plan lines name its lines.
 */
export abstract class Module<C extends AnyContract> extends Construct {
  /** What other modules and stacks may use of it. */
  readonly outputs: OutputsOf<C>;

  /**
   * @param build Creates the resources, from input that the contract's schema has checked.
   * @throws InfraError for bad input.
   */
  constructor(
    scope: Construct,
    id: string,
    contract: C,
    build: Build<C>,
    props: z.input<C["config"]>,
    peers: PeersOf<C>,
  ) {
    super(scope, id);
    declared.set(this, contract.providers ?? []);
    if (DeploymentStack.of(this).context.configKeys?.includes(id)) setOrigin(this, [id]);
    this.outputs = build(this, parse(this, contract, props), peers) as OutputsOf<C>;
  }
}

function parse<C extends AnyContract>(scope: Construct, contract: C, props: z.input<C["config"]>): ConfigOf<C> {
  const result = contract.config.safeParse(props);
  if (result.success) return result.data as ConfigOf<C>;
  throw errorIn(scope, problemsOfValue(contract.config, props));
}

/** Problems of a module's input, with the paths that they have in the stack's configuration. */
export function errorIn(scope: Construct, problems: readonly Problem[]): InfraError {
  const around: Path = originOf(scope);
  return new InfraError(
    problems.map((problem) => ({ ...problem, path: [around.join("."), problem.path].filter(Boolean).join(".") })),
  );
}

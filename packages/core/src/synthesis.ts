import { TerraformElement, TerraformOutput } from "./cdktf.js";
import type { Advice, MadeChoice } from "./choices.js";
import { type DeploymentContext, DeploymentStack } from "./deployment-stack.js";
import {
  check,
  type Deployment,
  InfraError,
  literalTemplates,
  type Path,
  placeOf,
  type Reference,
  type SecretReference,
  terraformProviders,
} from "@infra/inventory";
import { applyLabels, standardLabels } from "./labels.js";
import { originOf } from "./origin.js";
import { constraintOf } from "./provider-configuration.js";
import { configureProviders } from "./used-providers.js";
import type { StackDefinition } from "./stack.js";

/** A deployment as the engine takes it. */
export interface Synthesis {
  /** Content of `cdk.tf.json`. */
  readonly configuration: TerraformConfiguration;
  /** For each resource address, the path of the configuration that it comes from. */
  readonly origins: Readonly<Record<string, Path>>;
  /** For each variable, the output that it takes its value from. */
  readonly references: ReadonlyMap<string, Reference>;
  /** For each variable that holds a secret, which one. */
  readonly secrets: ReadonlyMap<string, SecretReference>;
  /** The kinds of servers and the images that were chosen. */
  readonly choices: readonly MadeChoice[];
  /** What the user should know and what is not wrong. */
  readonly advice: readonly Advice[];
}

/** What is known of the last apply. */
export type SynthesisOptions = Pick<DeploymentContext, "recorded" | "looksBack">;

/** The parts of Terraform's JSON configuration that the engine looks at. */
export interface TerraformConfiguration {
  terraform?: {
    required_providers?: Record<string, { source: string; version?: string }>;
    backend?: Record<string, object>;
  };
  provider?: Record<string, unknown>;
  resource?: Record<string, Record<string, unknown>>;
  data?: Record<string, Record<string, unknown>>;
  variable?: Record<string, unknown>;
  output?: Record<string, unknown>;
}

/**
 * Synthesizes one deployment: checks its configuration, builds its stack, and renders it.
 *
 * @param root Folder that bindings are loaded from. @default - the working folder
 * @throws InfraError with places in the inventory.
 */
export function synthesize(
  deployment: Deployment,
  definition: StackDefinition,
  root?: string,
  { recorded = [], looksBack = false }: SynthesisOptions = {},
): Synthesis {
  const checked = check(definition.config, deployment.config);
  if ("problems" in checked)
    throw new InfraError(
      checked.problems.map((problem) => ({ ...problem, place: problem.place ?? deployment.config.place })),
    );
  const stack = new DeploymentStack(
    {
      ...deployment,
      settings: literalTemplates(deployment.settings),
      configKeys: [...(deployment.config.entries?.keys() ?? [])],
      recorded,
      looksBack,
    },
    root,
  );
  const outputs = withPlaces(deployment, () => definition.build(stack, literalTemplates(checked.value)));
  for (const [name, value] of Object.entries(outputs))
    new TerraformOutput(stack, `output-${name}`, { value, staticId: false }).overrideLogicalId(name);
  withPlaces(deployment, () => configureProviders(stack));
  applyLabels(stack, standardLabels(deployment));
  return {
    configuration: render(stack),
    origins: originsOf(stack),
    references: stack.references,
    secrets: stack.secrets,
    choices: stack.choices.all(),
    advice: stack.choices.advice,
  };
}

/** Errors of modules name a path of the configuration; this adds where that path stands in the inventory. */
function withPlaces<T>(deployment: Deployment, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof InfraError)) throw error;
    throw new InfraError(
      error.problems.map((problem) => ({
        ...problem,
        place: problem.place ?? placeOf(deployment.config, problem.path?.split(".") ?? []),
      })),
    );
  }
}

function originsOf(stack: DeploymentStack): Record<string, Path> {
  return Object.fromEntries(
    stack.node.findAll().flatMap((construct) => {
      const type: unknown = "terraformResourceType" in construct ? construct.terraformResourceType : undefined;
      return TerraformElement.isTerraformElement(construct) && typeof type === "string"
        ? [[`${type}.${construct.friendlyUniqueId}`, originOf(construct)]]
        : [];
    }),
  );
}

const qualified = new Map<string, string>(
  Object.values(terraformProviders).map(({ source }) => [source.split("/").slice(1).join("/"), source]),
);

/** Renders the stack with fully qualified sources, the engine's backend, and no metadata of the tool that made it. */
function render(stack: DeploymentStack): TerraformConfiguration {
  const configuration = stack.toTerraform() as TerraformConfiguration & { "//"?: unknown };
  delete configuration["//"];
  for (const blocks of [configuration.resource, configuration.data]) {
    for (const type of Object.values(blocks ?? {}))
      for (const block of Object.values(type)) delete (block as { "//"?: unknown })["//"];
  }
  const required = configuration.terraform?.required_providers ?? {};
  for (const provider of Object.values(required)) {
    provider.source = qualify(provider.source);
    const versions = stack.versionsOf(provider.source) ?? (provider.version && constraintOf(provider.version));
    if (versions) provider.version = versions;
  }
  configuration.terraform = { required_providers: required, backend: { http: {} } };
  return configuration;
}

/** `aws` and `hashicorp/aws` → `registry.opentofu.org/hashicorp/aws`. */
function qualify(source: string): string {
  const path = source.includes("/") ? source : `hashicorp/${source}`;
  return path.split("/").length === 3 ? path : (qualified.get(path) ?? `registry.opentofu.org/${path}`);
}

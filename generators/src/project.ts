import { posix } from "node:path";
import type { ProjectConfiguration, TargetConfiguration } from "@nx/devkit";
import type { Verb } from "@infra/engine";
import type { InferredDeployment } from "./deployments.js";
import type { Packages } from "./packages.js";

/** What a project says about its deployment, in `metadata.infra`. */
export interface DeploymentMetadata {
  readonly deployment: string;
  readonly file: string;
  readonly stack: string;
  readonly provider?: string;
  /** Ids of the deployments that it refers to. */
  readonly upstream: readonly string[];
  /** Packages that decide what is deployed: the stack, the provider's bindings, the engine. */
  readonly packages: readonly string[];
  /** Why its files cannot be read; running a target reports the same. @default - they can */
  readonly problems?: readonly string[];
}

const descriptions: Record<Verb, string> = {
  synth: "Writes the engine's configuration to .infra",
  validate: "Checks the synthesized configuration with the engine",
  policy: "Plans, and checks the result against the rules that every deployment keeps",
  plan: "Shows what an apply would change, and saves the plan",
  apply: "Applies the saved plan; refused without --yes",
  destroy: "Deletes everything that the deployment owns; refused without --yes",
  drift: "Compares the state with the cloud; changes neither",
  cost: "What it costs per month, now and after an apply",
  output: "Prints the outputs of the applied deployment",
};

/** Packages that decide what is deployed. */
function packagesOf({ stackPackage, provider }: InferredDeployment): string[] {
  return [stackPackage, ...(provider?.bindings ?? []), "@infra/engine"];
}

/** The Nx project of a deployment. @param name Its name, unique in the workspace */
export function projectOf(
  deployment: InferredDeployment,
  name: string,
  inventory: string,
  packages: Packages,
): ProjectConfiguration {
  const { id, environment, stack, provider, file, upstream, problems } = deployment;
  const metadata: DeploymentMetadata = {
    deployment: id,
    file,
    stack,
    ...(provider ? { provider: provider.name } : {}),
    upstream,
    packages: packagesOf(deployment),
    ...(problems.length > 0 ? { problems } : {}),
  };
  return {
    name,
    root: posix.join(inventory, id),
    projectType: "application",
    tags: [`environment:${environment}`, `stack:${stack}`, ...(provider ? [`provider:${provider.name}`] : [])],
    // The folder of the project holds nothing: what belongs to it lies in the inventory.
    namedInputs: { default: filesetsOf(deployment, packages) },
    targets: targetsOf(deployment, inventory, packages),
    metadata: {
      description: `${stack} in ${environment}${provider ? ` on ${provider.name}` : ""}`,
      targetGroups: { deployment: Object.keys(descriptions) },
      infra: metadata,
    },
  };
}

function targetsOf(deployment: InferredDeployment, inventory: string, packages: Packages) {
  const externalDependencies = packagesOf(deployment).filter((name) => packages.origin(name).kind === "external");
  // `default` names the files once for all targets: Nx hands every project from process to process. `^default` holds the files of upstream deployments and of packages in the workspace: the edges lead to them.
  const inputs = ["default", "^default", { externalDependencies }];
  const target = ([verb, description]: [string, string]): [string, TargetConfiguration] => [
    verb,
    {
      executor: "@infra/product:run",
      options: { verb, deployment: deployment.id, inventory },
      configurations: { offline: { offline: true } },
      cache: false,
      inputs,
      metadata: { description, technologies: ["opentofu"] },
    },
  ];
  return Object.fromEntries(Object.entries(descriptions).map(target));
}

function filesetsOf({ files, stackPackage }: InferredDeployment, packages: Packages): string[] {
  const origin = packages.origin(stackPackage);
  const own = origin.kind === "folder" ? [`${origin.folder}/**/*`] : [];
  return [...files, ...own].map((file) => `{workspaceRoot}/${file}`);
}

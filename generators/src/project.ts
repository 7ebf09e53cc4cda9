import { posix } from "node:path";
import type { ProjectConfiguration, TargetConfiguration } from "@nx/devkit";
import type { Verb } from "@infra/engine";
import type { InferredDeployment } from "./deployments.js";
import type { LocalCode } from "./local-code.js";
import type { LockChanges } from "./lock-changes.js";
import type { PackageOrigin, Packages } from "./packages.js";

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

/** What a project says about its deployment. @returns undefined for a project that is none's */
export function deploymentMetadata({ metadata }: ProjectConfiguration): DeploymentMetadata | undefined {
  return metadata?.["infra"] as DeploymentMetadata | undefined;
}

const verbs: readonly Verb[] = ["synth", "validate", "policy", "plan", "apply", "destroy", "drift", "cost", "output"];

/** What of the workspace, besides the inventory, decides about a deployment. */
export interface Surroundings {
  /** Folder of the inventory, relative to the root. */
  readonly inventory: string;
  readonly packages: Packages;
  /** Tells what the code of a folder uses. */
  readonly code: { of(folder: string): LocalCode };
  readonly lock: LockChanges;
}

/** Packages that decide what is deployed: of the stack, or the ones that its code imports, of the cloud, and the engine. */
function packagesOf({ stackPackage, provider }: InferredDeployment, code: LocalCode | undefined): string[] {
  const named = [stackPackage, ...(provider?.bindings ?? []), "@infra/engine", ...(code?.packages ?? [])];
  return [...new Set(named)];
}

/** The Nx project of a deployment. @param name Its name, unique in the workspace */
export function projectOf(
  deployment: InferredDeployment,
  name: string,
  surroundings: Surroundings,
): ProjectConfiguration {
  const { inventory, packages } = surroundings;
  const origin = packages.origin(deployment.stackPackage);
  const code = origin.kind === "folder" ? surroundings.code.of(origin.folder) : undefined;
  const used = packagesOf(deployment, code);
  const { id, environment, stack, provider, file, upstream, problems } = deployment;
  const metadata: DeploymentMetadata = {
    deployment: id,
    file,
    stack,
    ...(provider ? { provider: provider.name } : {}),
    upstream,
    packages: used,
    ...(problems.length > 0 ? { problems } : {}),
  };
  return {
    name,
    root: posix.join(inventory, id),
    projectType: "application",
    tags: [`environment:${environment}`, `stack:${stack}`, ...(provider ? [`provider:${provider.name}`] : [])],
    // The folder of the project holds nothing: what belongs to it lies in the inventory.
    namedInputs: {
      default: [
        ...filesOf(deployment, origin, code, surroundings, used).map((file) => `{workspaceRoot}/${file}`),
        { externalDependencies: used.filter((each) => packages.origin(each).kind === "external") },
      ],
    },
    targets: targetsOf(),
    metadata: {
      description: `${stack} in ${environment}${provider ? ` on ${provider.name}` : ""}`,
      infra: metadata,
    },
  };
}

/**
 * Nx hands every project from process to process and notes where each value comes from, so targets say only what they must: the
 * executor knows its verb by the target's name, and its deployment by the project. `default` names the files once for all targets;
 * `^default` holds the files of upstream deployments and of packages in the workspace: the edges lead to them.
 */
function targetsOf(): Record<string, TargetConfiguration> {
  const target = (): TargetConfiguration => ({
    executor: "@infra/product:run",
    configurations: { offline: { offline: true } },
    cache: false,
    inputs: ["default", "^default"],
  });
  return Object.fromEntries(verbs.map((verb) => [verb, target()]));
}

/** Files that decide about a deployment. The lock file does where Nx sees no change of a package that it uses. */
function filesOf(
  { files }: InferredDeployment,
  origin: PackageOrigin,
  code: LocalCode | undefined,
  { packages, lock: { file, redirected } }: Surroundings,
  used: readonly string[],
): string[] {
  const own = origin.kind === "folder" ? [`${origin.folder}/**/*`, ...(code?.files ?? [])] : [];
  const isRedirected = redirected.size > 0 && packages.withDependencies(used).some((name) => redirected.has(name));
  // Without a lock file the pins are all there is.
  return [...files, ...own, ...(file === undefined ? ["package.json"] : isRedirected ? [file] : [])];
}

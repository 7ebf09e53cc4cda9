import { posix } from "node:path";
import type { ProjectConfiguration } from "@nx/devkit";
import type { Verb } from "@infra/results";
import type { InferredDeployment } from "./deployments.js";
import type { LocalCode } from "./local-code.js";
import type { LockChanges } from "./lock-changes.js";
import type { PackageOrigin, Packages } from "./packages.js";

/** What a project says about its deployment, in `metadata.infra`. */
export interface DeploymentMetadata {
  /** `production/compute`. */
  readonly deployment: string;
  /** Why its files cannot be read; running a target reports the same. @default - they can */
  readonly problems?: readonly string[];
}

/** What a project says about its deployment. @returns undefined for a project that is none's */
export function deploymentMetadata({ metadata }: ProjectConfiguration): DeploymentMetadata | undefined {
  return metadata?.["infra"] as DeploymentMetadata | undefined;
}

/** The folder of the inventory that a project was inferred from, relative to the root of the workspace. */
export function inventoryOf({ root }: ProjectConfiguration): string {
  return posix.join(root, "..", "..");
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

/** A deployment in the graph. */
export interface DeploymentProject {
  readonly deployment: InferredDeployment;
  readonly project: ProjectConfiguration;
  /** Packages that decide what is deployed: of the stack, or the ones that its code imports, of its providers, the engine, and the facts. */
  readonly packages: readonly string[];
}

/**
 * A deployment as a project of Nx, which hands every project from process to process and notes where each value comes from: it says
 * only what it must. The executor knows its verb by the target's name. No target is cached: each reads a state or a cloud that Nx does
 * not see.
 *
 * @param name Its name, unique in the workspace
 */
export function projectOf(deployment: InferredDeployment, name: string, surroundings: Surroundings): DeploymentProject {
  const { id, environment, stack, provider, providerBindings, stackPackage, problems } = deployment;
  const origin = surroundings.packages.origin(stackPackage);
  const code = origin.kind === "folder" ? surroundings.code.of(origin.folder) : undefined;
  const packages = [
    ...new Set([
      stackPackage,
      ...(provider?.bindings ?? []),
      ...providerBindings,
      "@infra/engine",
      "@infra/facts",
      ...(code?.packages ?? []),
    ]),
  ];
  const metadata: DeploymentMetadata = { deployment: id, ...(problems.length > 0 ? { problems } : {}) };
  const project = {
    name,
    root: posix.join(surroundings.inventory, id),
    projectType: "application",
    tags: [`environment:${environment}`, `stack:${stack}`, ...(provider ? [`provider:${provider.name}`] : [])],
    // The folder of the project holds nothing: what belongs to it lies in the inventory.
    namedInputs: {
      default: filesOf(deployment, origin, code, surroundings, packages).map((file) => `{workspaceRoot}/${file}`),
    },
    targets: Object.fromEntries(verbs.map((verb) => [verb, { executor: "@infra/product:run", inputs: ["default"] }])),
    metadata: { infra: metadata },
  } satisfies ProjectConfiguration;
  return { deployment, project, packages };
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

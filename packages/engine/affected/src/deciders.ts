import type { InferredDeployment } from "./deployments.js";
import type { LocalCode } from "./local-code.js";
import type { LockChanges } from "./lock-changes.js";
import type { PackageOrigin, Packages } from "./packages.js";

/** What of the workspace, besides the inventory, decides about a deployment. */
export interface Surroundings {
  /** Folder of the inventory, relative to the root. */
  readonly inventory: string;
  readonly packages: Packages;
  /** Tells what the code of a folder uses. */
  readonly code: { of(folder: string): LocalCode };
  readonly lock: LockChanges;
}

/** What decides about a deployment. */
export interface Deciders {
  /** Files, relative to the root, some of them patterns. */
  readonly files: readonly string[];
  /** Packages: of the stack, or the ones that its code imports, of the cloud, and the engine. */
  readonly packages: readonly string[];
}

/** The files and the packages that decide about a deployment. */
export function decidersOf(deployment: InferredDeployment, surroundings: Surroundings): Deciders {
  const { provider, providerBindings, stackPackage } = deployment;
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
  return { files: filesOf(deployment, origin, code, surroundings, packages), packages };
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

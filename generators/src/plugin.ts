import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import {
  type CreateDependencies,
  type CreateNodes,
  DependencyType,
  type ProjectConfiguration,
  type RawProjectGraphDependency,
} from "@nx/devkit";
import { workspaceDataDirectory } from "nx/src/utils/cache-directory";
import { findDeployments, type GraphDeployment } from "./deployments.js";
import { InventoryFiles } from "./inventory-files.js";
import { Packages } from "./packages.js";
import { targetsOf } from "./targets.js";

/** Options of the plugin in nx.json. */
export interface ProductPluginOptions {
  /** Folder of the inventory. @default - `infra.inventory` of the root package.json, else `inventory` */
  readonly inventory?: string;
}

/** Name of the plugin in nx.json. */
export const name = "@infra/product";

/** One Nx project per deployment of the inventory. Only YAML is read: no stack is loaded and nothing is synthesized. */
export const createNodes: CreateNodes<ProductPluginOptions> = [
  "**/*.yaml",
  (yamlFiles, options, { workspaceRoot }) => {
    const inventory = inventoryOf(options, workspaceRoot);
    const deployments = deploymentsOf(inventory, yamlFiles, workspaceRoot);
    const packages = new Packages(workspaceRoot);
    const projects = new Map(deployments.map(({ id, project }) => [id, project]));
    return deployments.map((deployment) => {
      const root = posix.join(inventory, deployment.environment, deployment.name);
      return [deployment.file, { projects: { [root]: projectOf(deployment, inventory, packages, projects) } }] as const;
    });
  },
];

/** Edges from deployments to the installed packages that they are made of, so that a bump affects them and nothing else. */
export const createDependencies: CreateDependencies<ProductPluginOptions> = (_, { projects, externalNodes = {} }) =>
  Object.entries(projects).flatMap(([source, { metadata }]) => {
    const external = (metadata as DeploymentMetadata | undefined)?.packages ?? [];
    const known = external.map((each) => `npm:${each}`).filter((target) => target in externalNodes);
    return known.map((target): RawProjectGraphDependency => ({ source, target, type: DependencyType.implicit }));
  });

/** What the plugin notes of a deployment in its project's metadata. */
interface DeploymentMetadata {
  readonly packages?: readonly string[];
}

function inventoryOf(options: ProductPluginOptions | undefined, root: string): string {
  if (options?.inventory !== undefined) return posix.normalize(options.inventory);
  const file = join(root, "package.json");
  const manifest = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as { infra?: { inventory?: string } })
    : {};
  return posix.normalize(manifest.infra?.inventory ?? "inventory");
}

function deploymentsOf(inventory: string, yamlFiles: readonly string[], root: string): GraphDeployment[] {
  const inside = yamlFiles.filter((file) => file.startsWith(`${inventory}/`));
  const files = new InventoryFiles(root, join(workspaceDataDirectory, "infra-inventory.json"));
  const deployments = findDeployments(inventory, inside, files);
  files.save();
  return deployments;
}

function projectOf(
  deployment: GraphDeployment,
  inventory: string,
  packages: Packages,
  projects: ReadonlyMap<string, string>,
): ProjectConfiguration {
  const { environment, id, project, stack, provider, upstream, problem } = deployment;
  const used = packages.usedBy(stack, provider);
  const metadata: ProjectConfiguration["metadata"] & DeploymentMetadata = {
    description: problem ? `${id} cannot be read: ${problem}` : `Deployment ${id} of ${inventory}`,
    technologies: ["opentofu"],
    packages: used.external,
  };
  return {
    name: project,
    root: posix.join(inventory, environment, deployment.name),
    projectType: "application",
    tags: [`environment:${environment}`, `stack:${stack}`, ...(provider ? [`provider:${provider}`] : [])],
    implicitDependencies: [...upstream.flatMap((each) => projects.get(each) ?? []), ...used.projects],
    metadata,
    targets: targetsOf(deployment, inventory, used),
  };
}

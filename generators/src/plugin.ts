import { join, posix } from "node:path";
import type { CreateDependencies, CreateNodes, ProjectConfiguration } from "@nx/devkit";
import { DependencyType } from "nx/src/config/project-graph";
import { workspaceDataDirectoryForWorkspace } from "nx/src/utils/cache-directory";
import { getAllFileDataInContext } from "nx/src/utils/workspace-context";
import { workspaceRoot } from "nx/src/utils/workspace-root";
import { inferDeployments, type InferredDeployment } from "./deployments.js";
import { FactsCache } from "./facts-cache.js";
import { inventoryFolder, type PluginOptions, pluginName } from "./options.js";
import { Packages } from "./packages.js";
import { type DeploymentMetadata, projectOf } from "./project.js";

/** Name of the plugin. */
export const name = pluginName;

/** Infers one project per deployment of the inventory. An inventory file that cannot be read never breaks the graph. */
export const createNodes: CreateNodes<PluginOptions> = [
  `${inventoryFolder(workspaceRoot)}/*/*.yaml`,
  async (matched, options, { workspaceRoot: root }) => {
    const inventory = options?.inventory ? posix.normalize(options.inventory) : inventoryFolder(root);
    const deploymentFiles = matched.filter((file) => posix.basename(file) !== "environment.yaml");
    const hashes = await hashesOf(root, [`${inventory}/product.yaml`, ...matched]);
    const cache = new FactsCache(cacheFile(root));
    const deployments = inferDeployments({ root, inventory, deploymentFiles, hashes, cache });
    cache.save();
    const packages = new Packages(root);
    const names = projectNames(deployments);
    return deployments.map((deployment, index) => {
      const project = projectOf(deployment, names[index] ?? deployment.id, inventory, packages);
      return [deployment.file, { projects: { [project.root]: project } }] as const;
    });
  },
];

/** Edges to the deployments that a deployment refers to, and to the packages that decide what it deploys. */
export const createDependencies: CreateDependencies<PluginOptions> = (_options, context) => {
  const packages = new Packages(context.workspaceRoot);
  const deployments = Object.entries(context.projects).flatMap(([name, project]) => {
    const metadata = deploymentMetadata(project);
    return metadata ? [{ name, metadata }] : [];
  });
  const byId = new Map(deployments.map(({ name, metadata }) => [metadata.deployment, name]));
  const byRoot = new Map(Object.entries(context.projects).map(([name, { root }]) => [root, name]));
  const nodeOf = (packageName: string): string | undefined => {
    const origin = packages.origin(packageName);
    if (origin.kind === "workspace") return byRoot.get(origin.root);
    const node = `npm:${packageName}`;
    return origin.kind === "external" && node in (context.externalNodes ?? {}) ? node : undefined;
  };
  return deployments.flatMap(({ name, metadata }) =>
    [...metadata.upstream.map((id) => byId.get(id)), ...metadata.packages.map(nodeOf)]
      .filter((target): target is string => target !== undefined && target !== name)
      .map((target) => ({ source: name, target, type: DependencyType.implicit })),
  );
};

function deploymentMetadata(project: ProjectConfiguration): DeploymentMetadata | undefined {
  return project.metadata?.["infra"] as DeploymentMetadata | undefined;
}

/** `production-compute`; two deployments that would share a name are told apart by a dot: `eu.west-compute`, `eu-west.compute`. */
function projectNames(deployments: readonly InferredDeployment[]): string[] {
  const plain = deployments.map(({ environment, name }) => `${environment}-${name}`);
  const counts = new Map<string, number>();
  for (const name of plain) counts.set(name, (counts.get(name) ?? 0) + 1);
  return deployments.map(({ environment, name }, index) =>
    counts.get(plain[index] ?? "") === 1 ? `${environment}-${name}` : `${environment}.${name}`,
  );
}

/** Nx knows the content of every file; it is asked for hashes so that unchanged files are not read. */
async function hashesOf(root: string, files: readonly string[]): Promise<Map<string, string>> {
  const wanted = new Set(files);
  const all = await getAllFileDataInContext(root);
  return new Map(all.flatMap(({ file, hash }) => (wanted.has(file) ? [[file, hash]] : [])));
}

/** One cache per version of the plugin, because another version may know other facts. */
function cacheFile(root: string): string {
  const { version } = require("../package.json") as { version: string };
  return join(workspaceDataDirectoryForWorkspace(root), `infra-product-${version}.json`);
}

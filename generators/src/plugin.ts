import { join, posix } from "node:path";
import type { CreateDependencies, CreateNodes, ProjectConfiguration, RawProjectGraphDependency } from "@nx/devkit";
import { DependencyType } from "nx/src/config/project-graph";
import { workspaceDataDirectoryForWorkspace } from "nx/src/utils/cache-directory";
import { getAllFileDataInContext } from "nx/src/utils/workspace-context";
import { inferDeployments, type InferredDeployment } from "./deployments.js";
import { FactsCache } from "./facts-cache.js";
import { LocalCodeReader } from "./local-code.js";
import { lockChanges } from "./lock-changes.js";
import { inventoryFolder, type PluginOptions, pluginName } from "./options.js";
import { PackageGraph, type PackageNode } from "./package-graph.js";
import { Packages } from "./packages.js";
import { deploymentMetadata, projectOf } from "./project.js";

/** Name of the plugin. */
export const name = pluginName;

/**
 * Infers one project per deployment of the inventory. An inventory file that cannot be read never breaks the graph. The pattern names
 * a file that is always there, and the inventory's files are looked up: if one that the pattern matches is removed, Nx takes that for
 * a change of everything (nx#18112).
 */
export const createNodes: CreateNodes<PluginOptions> = [
  "nx.json",
  async (_matched, options, { workspaceRoot: root, nxJsonConfiguration }) => {
    const inventory = options?.inventory ? posix.normalize(options.inventory) : inventoryFolder(root);
    const hashes = await hashesOf(root);
    const cache = new FactsCache(cacheFile(root));
    const deploymentFiles = deploymentFilesIn(inventory, [...hashes.keys()]);
    const deployments = inferDeployments({ root, inventory, deploymentFiles, hashes, cache });
    const code = new LocalCodeReader(root, hashes, cache);
    const lock = lockChanges(root, nxJsonConfiguration);
    const surroundings = { inventory, packages: new Packages(root), code, lock };
    const names = projectNames(deployments);
    const projects = deployments.map((each, index) => projectOf(each, names[index] ?? each.id, surroundings));
    cache.save();
    const nodes = packageNodes(root, projects);
    const own = nodes.map(({ type, name, data }) => [name, { type, name, data }] as const);
    const externalNodes = { ...lock.gone, ...Object.fromEntries(own) };
    return [
      ...projects.map(
        (project, index) => [deployments[index]?.file ?? "nx.json", { projects: { [project.root]: project } }] as const,
      ),
      ["nx.json", { externalNodes }] as const,
    ];
  },
];

/** Nodes of all packages that decide what deployments deploy. */
function packageNodes(root: string, projects: readonly ProjectConfiguration[]): PackageNode[] {
  const used = new Set(projects.flatMap((project) => deploymentMetadata(project)?.packages ?? []));
  return Object.values(PackageGraph.read(root)?.reachedFrom([...used]) ?? {});
}

/** The files that declare deployments, sorted. */
function deploymentFilesIn(inventory: string, files: readonly string[]): string[] {
  const prefix = inventory === "." ? "" : `${inventory}/`;
  const declares = (path: string) => /^[^./][^/]*\/[^./][^/]*\.yaml$/.test(path) && !path.endsWith("/environment.yaml");
  return files.filter((file) => file.startsWith(prefix) && declares(file.slice(prefix.length))).sort();
}

/** Edges to the deployments that a deployment refers to, and to the packages that decide what it deploys. */
export const createDependencies: CreateDependencies<PluginOptions> = (_options, context) => {
  const { workspaceRoot: root, projects, externalNodes = {} } = context;
  const deployments = Object.entries(projects).flatMap(([source, project]) => {
    const metadata = deploymentMetadata(project);
    return metadata ? [{ source, metadata }] : [];
  });
  const byId = new Map(deployments.map(({ source, metadata }) => [metadata.deployment, source]));
  const byRoot = new Map(Object.entries(projects).map(([name, project]) => [project.root, name]));
  const packages = new Packages(root);
  const graph = PackageGraph.read(root);
  const targetOf = (name: string): string | undefined => {
    const origin = packages.origin(name);
    if (origin.kind === "workspace") return byRoot.get(origin.root);
    // A lock file that cannot be read here leaves Nx's own nodes.
    const node = graph ? graph.nodeOf(name) : `npm:${name}`;
    return node !== undefined && node in externalNodes ? node : undefined;
  };
  const edges: RawProjectGraphDependency[] = deployments.flatMap(({ source, metadata }) =>
    [...metadata.upstream.map((id) => byId.get(id)), ...metadata.packages.map(targetOf)]
      .filter((target): target is string => target !== undefined && target !== source)
      .map((target) => ({ source, target, type: DependencyType.implicit })),
  );
  const used = new Set(deployments.flatMap(({ metadata }) => metadata.packages));
  const between: RawProjectGraphDependency[] = Object.values(graph?.reachedFrom([...used]) ?? {}).flatMap(
    ({ name: source, targets }) => targets.map((target) => ({ source, target, type: DependencyType.static })),
  );
  return [...edges, ...between];
};

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
async function hashesOf(root: string): Promise<Map<string, string>> {
  return new Map((await getAllFileDataInContext(root)).map(({ file, hash }) => [file, hash]));
}

/** One cache per version of the plugin, because another version may know other facts. */
function cacheFile(root: string): string {
  const { version } = require("../package.json") as { version: string };
  return join(workspaceDataDirectoryForWorkspace(root), `infra-product-${version}.json`);
}

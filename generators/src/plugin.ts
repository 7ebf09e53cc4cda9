import { join } from "node:path";
import type { CreateDependencies, CreateNodes, PreTasksExecution, RawProjectGraphDependency } from "@nx/devkit";
import { DependencyType } from "nx/src/config/project-graph";
import { workspaceDataDirectoryForWorkspace } from "nx/src/utils/cache-directory";
import { getAllFileDataInContext } from "nx/src/utils/workspace-context";
import { InfraError, linksIn } from "@infra/inventory";
import {
  deploymentFilesIn,
  FactsCache,
  inferDeployments,
  inventoryFolder,
  LocalCodeReader,
  type LockChanges,
  lockChanges,
  PackageGraph,
  type PackageNode,
  Packages,
  type PluginOptions,
  projectNames,
} from "@infra/affected";
import { type DeploymentProject, projectOf } from "./project.js";

/** Name of the plugin. */
export const name = "@infra/product";

/**
 * Infers one project per deployment of the inventory. An inventory file that cannot be read never breaks the graph. The pattern names
 * a file that is always there, and the inventory's files are looked up: if one that the pattern matches is removed, Nx takes that for
 * a change of everything (nx#18112).
 */
export const createNodes: CreateNodes<PluginOptions> = [
  "nx.json",
  async (_matched, options, { workspaceRoot: root, nxJsonConfiguration }) => {
    const lock = lockChanges(root, nxJsonConfiguration);
    const projects = await inferProjects(root, options, lock);
    const { gone } = await lock;
    inferred.set(root, projects);
    const own = packageNodes(root, projects).map(({ type, name, data }) => [name, { type, name, data }] as const);
    const externalNodes = { ...gone, ...Object.fromEntries(own) };
    return [
      ...projects.map(
        ({ deployment, project }) => [deployment.file, { projects: { [project.root]: project } }] as const,
      ),
      ["nx.json", { externalNodes }] as const,
    ];
  },
];

/** What was inferred last, by workspace: Nx asks for edges in the process in which it asked for projects. */
const inferred = new Map<string, readonly DeploymentProject[]>();

async function inferProjects(
  root: string,
  options: PluginOptions | undefined,
  lockChange: Promise<LockChanges>,
): Promise<DeploymentProject[]> {
  const inventory = inventoryFolder(root, options);
  const links = linksIn(join(root, inventory));
  if (links.length > 0) throw new InfraError(links);
  const hashes = await hashesOf(root);
  const cache = new FactsCache(cacheFile(root));
  const deploymentFiles = deploymentFilesIn(inventory, [...hashes.keys()]);
  const deployments = inferDeployments({ root, inventory, deploymentFiles, hashes, cache });
  const code = new LocalCodeReader(root, hashes, cache);
  const lock = await lockChange;
  const surroundings = { inventory, packages: new Packages(root), code, lock };
  const names = projectNames(deployments);
  const projects = deployments.map((each, index) => projectOf(each, names[index] ?? each.id, surroundings));
  cache.save();
  return projects;
}

/** Nodes of all packages that decide what deployments deploy. */
function packageNodes(root: string, projects: readonly DeploymentProject[]): PackageNode[] {
  const used = new Set(projects.flatMap(({ packages }) => packages));
  return Object.values(PackageGraph.read(root)?.reachedFrom([...used]) ?? {});
}

/** Edges to the deployments that a deployment refers to, and to the packages that decide what it deploys. */
export const createDependencies: CreateDependencies<PluginOptions> = async (options, context) => {
  const { workspaceRoot: root, nxJsonConfiguration, externalNodes = {} } = context;
  const projects = inferred.get(root) ?? (await inferProjects(root, options, lockChanges(root, nxJsonConfiguration)));
  const byRoot = new Map(Object.entries(context.projects).map(([name, project]) => [project.root, name]));
  const byId = new Map(projects.map(({ deployment, project }) => [deployment.id, byRoot.get(project.root)]));
  const packages = new Packages(root);
  const graph = PackageGraph.read(root);
  const nodes = new Map<string, string | undefined>();
  const lookUp = (name: string): string | undefined => {
    const origin = packages.origin(name);
    if (origin.kind === "workspace") return byRoot.get(origin.root);
    // A lock file that cannot be read here leaves Nx's own nodes.
    const node = graph ? graph.nodeOf(name) : `npm:${name}`;
    return node !== undefined && node in externalNodes ? node : undefined;
  };
  const targetOf = (name: string): string | undefined => {
    if (!nodes.has(name)) nodes.set(name, lookUp(name));
    return nodes.get(name);
  };
  const edges: RawProjectGraphDependency[] = projects.flatMap(({ deployment: { id, upstream }, packages: used }) => {
    const source = byId.get(id);
    if (source === undefined) return [];
    return [...upstream.map((each) => byId.get(each)), ...used.map(targetOf)]
      .filter((target): target is string => target !== undefined && target !== source)
      .map((target) => ({ source, target, type: DependencyType.implicit }));
  });
  const between: RawProjectGraphDependency[] = packageNodes(root, projects).flatMap(({ name: source, targets }) =>
    targets.map((target) => ({ source, target, type: DependencyType.static })),
  );
  return [...edges, ...between];
};

/**
 * Tells the tasks of one command that they belong together, whichever processes they run in. A plugin that has something to do before
 * tasks is also what keeps its process alive in the daemon from one graph to the next.
 */
export const preTasksExecution: PreTasksExecution = (_options, { id }) => {
  process.env["INFRA_NX_COMMAND"] = id;
};

/** Nx knows the content of every file; it is asked for hashes so that unchanged files are not read. */
async function hashesOf(root: string): Promise<Map<string, string>> {
  return new Map((await getAllFileDataInContext(root)).map(({ file, hash }) => [file, hash]));
}

/** One cache per version of the plugin, because another version may know other facts. */
function cacheFile(root: string): string {
  const { version } = require("../package.json") as { version: string };
  return join(workspaceDataDirectoryForWorkspace(root), `infra-product-${version}.json`);
}

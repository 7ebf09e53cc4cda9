import { join, posix } from "node:path";
import { Minimatch } from "minimatch";
import { type Changes, changesSince, hashesOfFiles } from "./changed-files.js";
import { changedPackages } from "./changed-packages.js";
import { decidersOf } from "./deciders.js";
import { inferDeployments, type InferredDeployment } from "./deployments.js";
import { FactsCache } from "./facts-cache.js";
import { LocalCodeReader } from "./local-code.js";
import { lockChangesSince } from "./lock-changes.js";
import { lockFileIn } from "./lock-file.js";
import { deploymentFilesIn, projectNames } from "./names.js";
import { inventoryFolder, readJson, record } from "./options.js";
import { PackageGraph } from "./package-graph.js";
import { Packages } from "./packages.js";

/** What is compared. */
export interface AffectedRequest {
  /** Absolute path of the workspace. */
  readonly root: string;
  /** Folder of the inventory, relative to the root, with slashes. @default - the plugin's option in nx.json, else that of package.json */
  readonly inventory?: string;
  /** Branch or commit. @default - NX_BASE, else defaultBase of nx.json, else main */
  readonly base?: string;
  /** @default - the working tree, with what is not committed */
  readonly head?: string;
}

/** A deployment that a change affects. */
export interface AffectedDeployment {
  /** `production/compute`. */
  readonly id: string;
  /** Its name in Nx: `production-compute`. */
  readonly project: string;
}

/**
 * The deployments that a change affects, by their ids: those that `nx show projects --affected` lists, from the same facts, without
 * starting Nx. What was read of files is kept in `.infra/cache` for the next time; a lock file is read only when it changed.
 *
 * Where a file of Nx or TypeScript that concerns the whole workspace changed, everything is affected.
 *
 * @throws InfraError when a revision is not known
 */
export async function affectedDeployments(request: AffectedRequest): Promise<AffectedDeployment[]> {
  const { root, head } = request;
  const nxJson = readJson(join(root, "nx.json"));
  const base = request.base ?? baseOf(nxJson);
  const [changes, hashes] = await Promise.all([changesSince(root, base, head), hashesOfFiles(root)]);
  const inventory = request.inventory ?? inventoryFolder(root, pluginOptions(nxJson));
  const cache = new FactsCache(cacheFile(root));
  const deploymentFiles = deploymentFilesIn(inventory, [...hashes.keys()]);
  const deployments = inferDeployments({ root, inventory, deploymentFiles, hashes, cache });
  const names = projectNames(deployments);
  const code = new LocalCodeReader(root, hashes, cache);
  const seeds = await touchedDeployments({ root, nxJson, inventory, changes, code }, deployments);
  cache.save();
  const reached = withDependents(deployments, seeds);
  return deployments.flatMap(({ id }, index) => (reached.has(id) ? [{ id, project: names[index] ?? id }] : []));
}

interface Comparison {
  readonly root: string;
  readonly nxJson: Readonly<Record<string, unknown>>;
  readonly inventory: string;
  readonly changes: Changes;
  readonly code: LocalCodeReader;
}

/** The deployments of which a file or a package changed, by their ids. */
async function touchedDeployments(
  { root, nxJson, inventory, changes, code }: Comparison,
  deployments: readonly InferredDeployment[],
): Promise<Set<string>> {
  const everything = () => new Set(deployments.map(({ id }) => id));
  const { files, base } = changes;
  if (files.size === 0) return new Set();
  if (["nx.json", "tsconfig.base.json", "tsconfig.json"].some((file) => files.has(file))) return everything();
  const changed = await changedPackages(root, nxJson, changes);
  if (changed === "everything") return everything();
  const lockFile = lockFileIn(root);
  const isLockChanged = lockFile !== undefined && files.has(lockFile);
  const unchanged = { ...(lockFile === undefined ? {} : { file: lockFile }), gone: {}, redirected: new Set<string>() };
  const lock = isLockChanged ? await lockChangesSince(root, [base]) : unchanged;
  const packages = new Packages(root);
  const touched = new TouchedFiles(files);
  const surroundings = { inventory, packages, code, lock };
  const all = deployments.map((deployment) => ({ id: deployment.id, ...decidersOf(deployment, surroundings) }));
  const used = new Set(all.flatMap((each) => each.packages));
  const users = new PackageUsers(root, changed, used, { packages, code, touched });
  const affected = all.filter(
    ({ id, files: patterns, packages: names }) =>
      touched.isBelow(posix.join(inventory, id)) ||
      patterns.some((pattern) => touched.matches(pattern)) ||
      names.some((name) => users.isAffected(name)),
  );
  return new Set(affected.map(({ id }) => id));
}

/** Deployments, and all that refer to them. */
function withDependents(deployments: readonly InferredDeployment[], seeds: ReadonlySet<string>): Set<string> {
  const dependents = new Map<string, string[]>();
  for (const { id, upstream } of deployments)
    for (const each of upstream) dependents.set(each, [...(dependents.get(each) ?? []), id]);
  const reached = new Set(seeds);
  for (const id of reached) for (const dependent of dependents.get(id) ?? []) reached.add(dependent);
  return reached;
}

/** Tells which patterns and folders a change touches; each is looked at once. */
class TouchedFiles {
  private readonly known = new Map<string, boolean>();
  private readonly folders = new Set<string>();

  constructor(private readonly files: ReadonlySet<string>) {
    for (const file of files)
      for (let folder = posix.dirname(file); folder !== "."; folder = posix.dirname(folder)) this.folders.add(folder);
  }

  isBelow(folder: string): boolean {
    return this.folders.has(folder);
  }

  matches(pattern: string): boolean {
    if (!/[*?{}[\]()!+@]/.test(pattern)) return this.files.has(pattern);
    const known = this.known.get(pattern) ?? this.test(pattern);
    this.known.set(pattern, known);
    return known;
  }

  private test(pattern: string): boolean {
    const matcher = new Minimatch(pattern, { dot: true });
    return [...this.files].some((file) => matcher.match(file));
  }
}

interface Sources {
  readonly packages: Packages;
  readonly code: LocalCodeReader;
  readonly touched: TouchedFiles;
}

/** Tells which packages are affected: those that changed, and those that use them. */
class PackageUsers {
  private readonly known = new Map<string, boolean>();
  private readonly external: {
    readonly deployment: (name: string) => boolean;
    readonly other: (name: string) => boolean;
  };

  constructor(
    root: string,
    changed: ReadonlySet<string>,
    used: ReadonlySet<string>,
    private readonly sources: Sources,
  ) {
    // The lock file is not read where nothing in it matters.
    const graph = changed.size > 0 ? PackageGraph.read(root) : undefined;
    const plain = (name: string) => changed.has(name);
    const deployment = graph?.usersOf(changed, "of deployments") ?? plain;
    const all = graph?.usersOf(changed, "all") ?? plain;
    // Nx resolves an import to the node of deployments where they use the package as well.
    const shared = new Set(Object.values(graph?.reachedFrom([...used]) ?? {}).map(({ data }) => data.packageName));
    this.external = { deployment, other: (name) => (shared.has(name) ? deployment(name) : all(name)) };
  }

  /** Is a package that a deployment uses affected? */
  isAffected(name: string): boolean {
    const known = this.known.get(name) ?? this.lookUp(name);
    this.known.set(name, known);
    return known;
  }

  private lookUp(name: string): boolean {
    const { packages } = this.sources;
    const { kind } = packages.origin(name);
    if (kind !== "workspace") return kind === "external" && this.external.deployment(name);
    const reached = new Set([name]);
    for (const each of reached) {
      const origin = packages.origin(each);
      if (origin.kind === "external" && this.external.other(each)) return true;
      if (origin.kind !== "workspace") continue;
      if (this.sources.touched.isBelow(origin.root)) return true;
      for (const used of packages.dependenciesOf(origin.root)) reached.add(used);
      for (const used of this.sources.code.of(origin.root).packages) reached.add(used);
    }
    return false;
  }
}

function baseOf({ defaultBase }: Readonly<Record<string, unknown>>): string {
  const named = process.env["NX_BASE"] || defaultBase;
  return typeof named === "string" && named !== "" ? named : "main";
}

function pluginOptions({ plugins }: Readonly<Record<string, unknown>>): { inventory?: string } {
  const found = (Array.isArray(plugins) ? plugins : []).map(record).find(({ plugin }) => plugin === "@infra/product");
  const inventory = record(found?.["options"])["inventory"];
  return typeof inventory === "string" ? { inventory } : {};
}

/** One cache per version: another one may know other facts. */
function cacheFile(root: string): string {
  const { version } = require("../package.json") as { version: string };
  return join(root, ".infra", "cache", `affected-${version}.json`);
}

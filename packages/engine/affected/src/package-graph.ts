import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ProjectGraphExternalNode } from "@nx/devkit";
import { type LockFile, lockFileIn, parseLockFile } from "./lock-file.js";

/** A package of the lock file, as deployments use it, and the nodes that it reaches. */
export interface PackageNode extends ProjectGraphExternalNode {
  readonly targets: readonly string[];
}

/**
 * The packages of a workspace as its deployments use them. Nx's own nodes lead from @infra/core to the bindings of every cloud, its
 * optional peers, so that new bindings of one cloud would affect the deployments of all. A deployment loads those of its own cloud
 * alone: these nodes stand beside Nx's, under names of their own, without such edges. Nx finds both by the name of the package.
 */
export class PackageGraph {
  private readonly ids: ReadonlyMap<string, string>;

  constructor(private readonly lock: LockFile) {
    const named = (isPlain: boolean) =>
      [...lock.packages].filter(([, { node, name }]) => (node === `npm:${name}`) === isPlain);
    // A workspace resolves a name to the version that Nx names without a number, else to any.
    this.ids = new Map([...named(false), ...named(true)].map(([id, { name }]) => [name, id]));
  }

  /** What was read last: Nx asks for projects and for edges in the same process. */
  private static last: { readonly text: string; readonly graph: PackageGraph } | undefined;

  /** Reads the lock file of a workspace. @returns undefined where there is none, or none that can be read; Nx reports that */
  static read(root: string): PackageGraph | undefined {
    const file = lockFileIn(root);
    if (file === undefined) return undefined;
    try {
      const text = readFileSync(join(root, file), "utf8");
      if (this.last?.text !== text) this.last = { text, graph: new PackageGraph(parseLockFile(file, text)) };
      return this.last.graph;
    } catch {
      return undefined;
    }
  }

  /** Name of a package's node. @returns undefined for a package that is not locked */
  nodeOf(name: string): string | undefined {
    const id = this.ids.get(name);
    return id === undefined ? undefined : nodeName(id);
  }

  /** The nodes of some packages and of all that they reach, by name. */
  reachedFrom(names: readonly string[]): Record<string, PackageNode> {
    const reached = new Set(names.flatMap((name) => this.ids.get(name) ?? []));
    const nodes: Record<string, PackageNode> = {};
    for (const id of reached) {
      const { name: packageName, targets } = this.lock.packages.get(id) ?? { name: id, targets: new Set<string>() };
      const loaded = [...targets].filter((target) => !this.isChosen(packageName, target));
      for (const target of loaded) reached.add(target);
      const version = id.slice(packageName.length + 1);
      const data = { version, packageName, hash: this.lock.fingerprints.get(packageName) ?? "" };
      nodes[nodeName(id)] = { type: "npm", name: nodeName(id), data, targets: loaded.map(nodeName) };
    }
    return nodes;
  }

  /** Names of all packages that are locked. */
  names(): Iterable<string> {
    return this.lock.fingerprints.keys();
  }

  /** Is a package locked? */
  has(name: string): boolean {
    return this.lock.fingerprints.has(name);
  }

  /**
   * Which packages reach one of some others, or are one: by the edges that deployments follow, or by all of them.
   *
   * @returns a test of a package's name
   */
  usersOf(changed: ReadonlySet<string>, edges: "of deployments" | "all"): (name: string) => boolean {
    const users = new Map<string, string[]>();
    for (const [id, { name, targets }] of this.lock.packages)
      for (const target of targets) {
        if (edges === "of deployments" && this.isChosen(name, target)) continue;
        const known = users.get(target);
        if (known) known.push(id);
        else users.set(target, [id]);
      }
    const reached = new Set([...this.lock.packages].flatMap(([id, { name }]) => (changed.has(name) ? [id] : [])));
    for (const id of reached) for (const user of users.get(id) ?? []) reached.add(user);
    return (name) => {
      const id = this.ids.get(name);
      return id === undefined ? changed.has(name) : reached.has(id);
    };
  }

  /** Does an edge lead from a package of the template to bindings, which only a deployment's cloud chooses? */
  private isChosen(source: string, target: string): boolean {
    return source.startsWith("@infra/") && /^@(?:cdktf|infra)\/provider-/.test(target);
  }
}

function nodeName(id: string): `npm:${string}` {
  return `npm:deployments!${id}`;
}

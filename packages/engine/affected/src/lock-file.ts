import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ProjectGraphExternalNode } from "@nx/devkit";
import type { PackageManager } from "nx/src/utils/package-manager";

/** Lock files of the package managers, and whose they are. */
const managers: Readonly<Record<string, PackageManager>> = {
  "package-lock.json": "npm",
  "pnpm-lock.yaml": "pnpm",
  "yarn.lock": "yarn",
  "bun.lock": "bun",
};

/** Names of lock files, of all package managers. */
export const lockFileNames: readonly string[] = Object.keys(managers);

/** Name of the lock file in a folder. @returns undefined when there is none */
export function lockFileIn(root: string): string | undefined {
  return Object.keys(managers).find((name) => existsSync(join(root, name)));
}

/** One version of a package, as a lock file resolves it. */
export interface LockedPackage {
  readonly name: string;
  /** Its name in Nx's graph: `npm:zod`, or `npm:zod@3.25.0` beside another version. */
  readonly node: string;
  /** Ids of the versions that it resolves its dependencies to. */
  readonly targets: ReadonlySet<string>;
}

/** What a lock file says, read as Nx reads it. */
export interface LockFile {
  /** By id: `zod@4.1.0`. */
  readonly packages: ReadonlyMap<string, LockedPackage>;
  /** Versions and hashes of a package, by its name: what Nx compares. */
  readonly fingerprints: ReadonlyMap<string, string>;
}

/** Reads a lock file's text. @throws whatever Nx's own readers throw about a text that is none */
export function parseLockFile(file: string, text: string): LockFile {
  const { getLockFileDependencies, getLockFileNodesForName } =
    require("nx/src/plugins/js/lock-file/lock-file") as typeof import("nx/src/plugins/js/lock-file/lock-file");
  // Nx keeps what it read last by this word.
  const key = `${file} ${text}`;
  const { nodes, keyMap } = getLockFileNodesForName(file, text, key);
  const context = { externalNodes: nodes, projects: {} } as Parameters<typeof getLockFileDependencies>[3];
  const edges = getLockFileDependencies(managers[file] ?? "npm", text, key, context, keyMap);
  const targets = new Map<string, Set<string>>();
  for (const { source, target } of edges) {
    const to = nodes[target];
    if (to) targets.set(source, (targets.get(source) ?? new Set()).add(idOf(to)));
  }
  const fingerprints = new Map<string, string[]>();
  for (const { data } of Object.values(nodes)) {
    const known = fingerprints.get(data.packageName) ?? [];
    fingerprints.set(data.packageName, [...known, `${data.version} ${data.hash ?? ""}`]);
  }
  return {
    packages: new Map(
      Object.values(nodes).map((node) => [
        idOf(node),
        { name: node.data.packageName, node: node.name, targets: targets.get(node.name) ?? new Set() },
      ]),
    ),
    fingerprints: new Map([...fingerprints].map(([name, found]) => [name, found.sort().join("\n")])),
  };
}

function idOf({ data }: ProjectGraphExternalNode): string {
  return `${data.packageName}@${data.version}`;
}

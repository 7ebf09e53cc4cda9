import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { NxJsonConfiguration, ProjectGraphExternalNode } from "@nx/devkit";
import { gitEnvironment, gitWithoutHooks } from "@infra/inventory";
import { type LockFile, lockFileIn, parseLockFile } from "./lock-file.js";

/** What Nx does not see, or takes for a change of everything, when it compares the versions in two lock files. */
export interface LockChanges {
  /** The lock file, relative to the root. @default - there is none */
  readonly file?: string;
  /** Packages that are no longer locked: Nx would take one that it cannot find for a change of everything. */
  readonly gone: Readonly<Record<string, ProjectGraphExternalNode>>;
  /** Names of packages that now reach another version of a dependency, though no version came or went: Nx sees no change (nx#36929). */
  readonly redirected: ReadonlySet<string>;
}

const none: LockChanges = { gone: {}, redirected: new Set() };

/**
 * Compares the lock file with the revisions that `nx affected` compares with: `NX_BASE` or the default base, the commit before, and
 * the last commit. A plugin is not told what the command line says, so all of them count.
 */
export async function lockChanges(root: string, nxJson: NxJsonConfiguration): Promise<LockChanges> {
  return lockFileIn(root) === undefined ? none : await lockChangesSince(root, await revisions(root, nxJson));
}

/** Compares the lock file with that of some revisions. */
export async function lockChangesSince(root: string, since: readonly string[]): Promise<LockChanges> {
  const file = lockFileIn(root);
  if (file === undefined) return none;
  const bases = await textsAt(root, file, since);
  const now = readFileSync(join(root, file), "utf8");
  const before = [...new Set(bases)].filter((text) => text !== now);
  if (before.length === 0) return { ...none, file };
  try {
    const head = parseLockFile(file, now);
    const found = before.map((text) => compareLockFiles(parseLockFile(file, text), head));
    return {
      file,
      gone: Object.assign({}, ...found.map(({ gone }) => gone)) as LockChanges["gone"],
      redirected: new Set(found.flatMap(({ redirected }) => [...redirected])),
    };
  } catch {
    // Nx cannot read it either: it says so, and takes it for a change of everything.
    return { ...none, file };
  }
}

/** What comes between two versions of a lock file that a comparison of versions does not show. */
export function compareLockFiles(base: LockFile, head: LockFile): LockChanges {
  const changed = (name: string) => base.fingerprints.get(name) !== head.fingerprints.get(name);
  const silent = [...head.packages].filter(([id, { name, targets }]) => {
    const before = base.packages.get(id)?.targets;
    if (!before || changed(name) || isSame(before, targets)) return false;
    // Where a target that it still has changed, Nx follows the edge.
    return ![...targets].some((target) => changed(head.packages.get(target)?.name ?? ""));
  });
  const gone = [...base.fingerprints.keys()].filter((name) => !head.fingerprints.has(name)).map(goneNode);
  return {
    gone: Object.fromEntries(gone.map((node) => [node.name, node])),
    redirected: usersOf(
      silent.map(([id]) => id),
      head,
    ),
  };
}

/** Names of some packages, and of all that reach them. */
function usersOf(ids: readonly string[], { packages }: LockFile): Set<string> {
  const users = new Map<string, string[]>();
  for (const [id, { targets }] of ids.length > 0 ? packages : [])
    for (const target of targets) users.set(target, [...(users.get(target) ?? []), id]);
  const reached = new Set(ids);
  for (const id of reached) for (const user of users.get(id) ?? []) reached.add(user);
  return new Set([...reached].flatMap((id) => packages.get(id)?.name ?? []));
}

function goneNode(packageName: string): ProjectGraphExternalNode {
  return { type: "npm", name: `npm:${packageName}`, data: { version: "0.0.0", packageName, hash: "" } };
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((each) => other.has(each));
}

async function revisions(root: string, { defaultBase = "main" }: NxJsonConfiguration): Promise<string[]> {
  const base = process.env["NX_BASE"] || defaultBase;
  const common = (await git(root, ["merge-base", base, "HEAD"])).toString().trim();
  return [...new Set([common === "" ? base : common, "HEAD~1", "HEAD"])];
}

/** The texts of a file at revisions; a revision that does not have it has no text. */
export async function textsAt(root: string, file: string, at: readonly string[]): Promise<string[]> {
  const names = at.map((revision) => `${revision}:./${file}`);
  let printed = await git(root, ["cat-file", "--batch"], `${names.join("\n")}\n`);
  const texts: string[] = [];
  while (printed.length > 0) {
    const end = printed.indexOf("\n");
    const [, size] = / blob (\d+)$/.exec(printed.toString("utf8", 0, end)) ?? [];
    if (size !== undefined) texts.push(printed.toString("utf8", end + 1, end + 1 + Number(size)));
    printed = printed.subarray(size === undefined ? end + 1 : end + 2 + Number(size));
  }
  return texts;
}

/** @returns what git prints; nothing where it fails or is missing */
export async function git(root: string, args: readonly string[], input = ""): Promise<Buffer> {
  const running = promisify(execFile)("git", [...gitWithoutHooks, ...args], {
    cwd: root,
    env: gitEnvironment(process.env),
    encoding: "buffer",
    maxBuffer: 256 * 1024 * 1024,
  });
  running.child.stdin?.on("error", () => undefined).end(input);
  return running.then(
    ({ stdout }) => stdout,
    () => Buffer.alloc(0),
  );
}

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { git } from "./lock-changes.js";

/** What lies between two revisions of a workspace. */
export interface Changes {
  /** The commit that it is compared with: where the base and the head parted. */
  readonly base: string;
  /** @default - the working tree */
  readonly head?: string;
  /** Files that were changed, added or removed, relative to the root. */
  readonly files: ReadonlySet<string>;
}

/**
 * The files that changed since a base; without a head also those that are not committed, and new ones.
 *
 * @throws InfraError when a revision is not known
 */
export async function changesSince(root: string, base: string, head?: string): Promise<Changes> {
  const revision = async (name: string) => {
    const [id = ""] = await lines(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]);
    if (id !== "") return id;
    const { infraError } = require("@infra/inventory") as typeof import("@infra/inventory");
    throw infraError(
      `${JSON.stringify(name)} is not a revision of the repository in ${root}`,
      "Name a branch or a commit that git has: git fetch --unshallow, then --base origin/main",
    );
  };
  const [from, to] = await Promise.all([revision(base), revision(head ?? "HEAD")]);
  const [common = from] = await lines(root, ["merge-base", from, to]);
  const named = ["diff", "--name-only", "--no-renames", "--relative", "-z", common];
  const [changed, added] = await Promise.all([
    names(root, head === undefined ? named : [...named, to]),
    head === undefined ? names(root, ["ls-files", "--others", "--exclude-standard", "-z"]) : [],
  ]);
  return { base: common, ...(head === undefined ? {} : { head: to }), files: new Set([...changed, ...added]) };
}

/** A hash of every file of the workspace, by its path: what git knows is not read. */
export async function hashesOfFiles(root: string): Promise<Map<string, string>> {
  const [staged, modified, added] = await Promise.all([
    names(root, ["ls-files", "--stage", "-z"]),
    names(root, ["ls-files", "--modified", "-z"]),
    names(root, ["ls-files", "--others", "--exclude-standard", "-z"]),
  ]);
  const hashes = new Map<string, string>();
  for (const entry of staged) {
    const tab = entry.indexOf("\t");
    hashes.set(entry.slice(tab + 1), entry.split(" ", 2)[1] ?? "");
  }
  for (const file of [...modified, ...added]) {
    const hash = hashOf(join(root, file));
    if (hash === undefined) hashes.delete(file);
    else hashes.set(file, hash);
  }
  return hashes;
}

/** @returns undefined for what is no file, or not there any more */
function hashOf(file: string): string | undefined {
  try {
    return createHash("sha256").update(readFileSync(file)).digest("hex");
  } catch {
    return undefined;
  }
}

async function lines(root: string, args: readonly string[]): Promise<string[]> {
  return (await git(root, args)).toString().split("\n").filter(Boolean);
}

async function names(root: string, args: readonly string[]): Promise<string[]> {
  return (await git(root, args)).toString().split("\0").filter(Boolean);
}

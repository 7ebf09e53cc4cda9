import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";

/** Files by their path. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** The files that patterns name, relative to a folder: a folder stands for all below it. */
export async function findFiles(folder: string, patterns: readonly string[]): Promise<string[]> {
  const script =
    'shopt -s globstar nullglob dotglob; for pattern; do for path in $pattern; do [ -e "$path" ] && find "$path" -type f; done; done; true';
  const { stdout } = await execa("bash", ["-c", script, "bash", ...patterns], { cwd: folder });
  return [...new Set(stdout.split("\n").filter(Boolean))].sort();
}

/** Reads files of a folder. @param root What their paths are relative to afterwards. */
export function readFiles(folder: string, paths: readonly string[], root = ""): Files {
  const prefix = root === "" ? "" : `${root}/`;
  return new Map(
    paths.map((path) => {
      if (!path.startsWith(prefix)) throw new Error(`${path} is not in ${root}`);
      return [path.slice(prefix.length), readFileSync(join(folder, path))] as const;
    }),
  );
}

/** Writes files into a folder. */
export function writeFiles(folder: string, files: Files): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Is it a folder? */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

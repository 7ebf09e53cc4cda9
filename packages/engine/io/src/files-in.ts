import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * All files below a folder, sorted; none where there is no folder. Links are not followed: Node's own recursive listing follows them from
 * Node 22 on.
 */
export function filesIn(folder: string): string[] {
  return entriesOf(folder)
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesIn(path);
      return entry.isFile() ? [path] : [];
    })
    .sort();
}

/** Names of what is in a folder, without what is hidden; none where it can't be read. */
export function visibleIn(folder: string): string[] {
  return entriesOf(folder)
    .map(({ name }) => name)
    .filter((name) => !name.startsWith("."));
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

import { randomUUID } from "node:crypto";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { withLock } from "./lock.js";

const TEMPORARY = ".making-";

/** Where built and downloaded programs are kept: INFRA_CACHE, else `~/.cache/infra`. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return path.resolve(env["INFRA_CACHE"] || path.join(os.homedir(), ".cache", "infra"));
}

/** What {@link makeOnce} makes, and how. */
export interface Making {
  /** Absolute path of the file or folder to make; where it exists, it is complete. */
  readonly target: string;
  /** Makes it in an empty folder on the same disk. @returns the path inside that folder that becomes the target */
  readonly make: (folder: string) => Promise<string>;
  /** Called once when another process is making the same. */
  readonly onWait?: () => void;
}

/**
 * Makes a file or folder of the cache unless it is there. Of several processes one makes it and the others wait; the
 * target appears complete or not at all.
 * @returns the target
 */
export async function makeOnce({ target, make, onWait }: Making): Promise<string> {
  if (await exists(target)) return target;
  const parent = path.dirname(target);
  await fs.mkdir(parent, { recursive: true });
  return await withLock(`${target}.lock`, onWait, async () => {
    if (await exists(target)) return target;
    await removeLeftovers(target);
    const folder = `${path.join(parent, TEMPORARY + path.basename(target))}-${randomUUID()}`;
    await fs.mkdir(folder);
    try {
      await fs.rename(await make(folder), target);
    } finally {
      await fs.rm(folder, { recursive: true, force: true });
    }
    return target;
  });
}

/** Folders of processes that were killed while they made the same target; only the holder of its lock may call it. */
async function removeLeftovers(target: string): Promise<void> {
  const prefix = `${TEMPORARY}${path.basename(target)}-`;
  for (const name of await fs.readdir(path.dirname(target))) {
    if (name.startsWith(prefix)) await fs.rm(path.join(path.dirname(target), name), { recursive: true, force: true });
  }
}

async function exists(file: string): Promise<boolean> {
  return await fs.access(file).then(
    () => true,
    () => false,
  );
}

import { randomUUID } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";

const STALE_TEMPORARY_MS = 3_600_000;

/**
 * Creates a file with its whole content, or not at all: written aside, synced, then linked to its name.
 * @returns false when the name is already taken; that file is untouched
 */
export async function createExclusively(
  directory: string,
  name: string,
  content: Uint8Array | string,
): Promise<boolean> {
  await fs.mkdir(directory, { recursive: true, mode: 0o700 });
  const temporary = path.join(directory, `.${randomUUID()}.tmp`);
  try {
    await writeSynced(temporary, content);
    await fs.link(temporary, path.join(directory, name));
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
  }
  await syncDirectory(directory);
  return true;
}

/** Replaces a file by one with this content, atomically. */
export async function replaceFile(directory: string, name: string, content: Uint8Array): Promise<void> {
  const temporary = path.join(directory, `.${randomUUID()}.tmp`);
  try {
    await writeSynced(temporary, content);
    await fs.rename(temporary, path.join(directory, name));
  } finally {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
  }
  await syncDirectory(directory);
}

/** The names in a directory. @returns none when the directory does not exist */
export async function listDirectory(directory: string): Promise<string[]> {
  try {
    return await fs.readdir(directory);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}

/** A file's bytes. @returns undefined when it does not exist */
export async function readIfExists(file: string): Promise<Buffer | undefined> {
  try {
    return await fs.readFile(file);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Removes what killed writers left: temporary files that are older than an hour. */
export async function removeStaleTemporaries(directory: string): Promise<void> {
  const names = (await listDirectory(directory)).filter((name) => name.startsWith(".") && name.endsWith(".tmp"));
  for (const name of names) {
    const file = path.join(directory, name);
    const stat = await fs.stat(file).catch(() => undefined);
    if (stat && Date.now() - stat.mtimeMs > STALE_TEMPORARY_MS) await fs.rm(file, { force: true });
  }
}

/** Whether an error is a system error with this code: `ENOENT`, `EEXIST`. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

async function writeSynced(file: string, content: Uint8Array | string): Promise<void> {
  const handle = await fs.open(file, "wx", 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await fs.open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

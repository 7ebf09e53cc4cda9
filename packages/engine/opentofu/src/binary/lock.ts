import * as fs from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 200;
const HEARTBEAT_MS = 2_000;
const DEAD_AFTER_MS = 15_000;

/**
 * Runs an action while no other process runs one under the same lock file. A holder shows by the file's time that it
 * lives, so the lock of a killed one is taken over after 15 seconds. In the worst case two processes do the same work:
 * use it to save work, not to protect data.
 */
export async function withLock<T>(
  file: string,
  onWait: (() => void) | undefined,
  action: () => Promise<T>,
): Promise<T> {
  const token = `${String(process.pid)} ${String(process.hrtime.bigint())}`;
  await acquire(file, token, onWait);
  const heartbeat = setInterval(() => void touch(file), HEARTBEAT_MS);
  try {
    return await action();
  } finally {
    clearInterval(heartbeat);
    await release(file, token);
  }
}

async function acquire(file: string, token: string, onWait: (() => void) | undefined): Promise<void> {
  for (let attempt = 0; !(await create(file, token)); attempt += 1) {
    if (await isAbandoned(file)) {
      await fs.rm(file, { force: true });
      continue;
    }
    if (attempt === 0) onWait?.();
    await sleep(POLL_MS);
  }
}

async function create(file: string, token: string): Promise<boolean> {
  try {
    await fs.writeFile(file, token, { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  const stat = await fs.stat(file).catch(() => undefined);
  return stat !== undefined && Date.now() - stat.mtimeMs > DEAD_AFTER_MS;
}

async function touch(file: string): Promise<void> {
  const now = new Date();
  await fs.utimes(file, now, now).catch(() => undefined);
}

async function release(file: string, token: string): Promise<void> {
  const holder = await fs.readFile(file, "utf8").catch(() => undefined);
  if (holder === token) await fs.rm(file, { force: true });
}

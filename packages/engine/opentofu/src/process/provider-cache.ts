import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setting } from "@infra/inventory";
import { cacheDirectory } from "../binary/cache.js";
import { FileLock } from "@infra/state";

/** A machine that shares the cache, or a job that left it behind, is given this long without a sign of life. */
const SILENT_MS = 60_000;

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs an installation of providers with the cache that all deployments share, so that each provider is downloaded once.
 * Parallel installations into one cache have had races: one runs at a time, in this process and among all others.
 *
 * @param install Is given the environment variable that names the cache; one that the user set stays.
 * @param signal Ends the waiting for the others.
 */
export function withProviderCache<T>(
  env: Readonly<NodeJS.ProcessEnv>,
  install: (cache: Record<string, string>) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const folder = setting(env, "TF_PLUGIN_CACHE_DIR") ?? join(cacheDirectory(env), "providers");
  const alone = async () => {
    mkdirSync(folder, { recursive: true });
    const lock = new FileLock(folder, "the cache of providers", SILENT_MS);
    const held = await lock.acquire("init", { waitMs: Infinity, ...(signal && { signal }) });
    try {
      return await install({ TF_PLUGIN_CACHE_DIR: folder });
    } finally {
      await held.release();
    }
  };
  const next = last.then(alone, alone);
  last = next.catch(() => undefined);
  return next;
}

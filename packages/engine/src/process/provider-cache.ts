import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setting } from "@infra/core/inventory";
import { cacheDirectory } from "../binary/index.js";
import { withLock } from "../binary/lock.js";

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs an installation of providers with the cache that all deployments share, so that each provider is downloaded once.
 * Parallel installations into one cache have had races: one runs at a time, in this process and among all others.
 *
 * @param install Is given the environment variable that names the cache; one that the user set stays.
 */
export function withProviderCache<T>(
  env: Readonly<NodeJS.ProcessEnv>,
  install: (cache: Record<string, string>) => Promise<T>,
): Promise<T> {
  const folder = setting(env, "TF_PLUGIN_CACHE_DIR") ?? join(cacheDirectory(env), "providers");
  const alone = () => {
    mkdirSync(folder, { recursive: true });
    return withLock(join(folder, ".infra.lock"), undefined, () => install({ TF_PLUGIN_CACHE_DIR: folder }));
  };
  const next = last.then(alone, alone);
  last = next.catch(() => undefined);
  return next;
}

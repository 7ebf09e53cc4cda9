import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { FileLock } from "@infra/state";
import { withProviderCache } from "./provider-cache.js";

const cache = mkdtempSync(join(tmpdir(), "provider-cache-"));
afterAll(() => {
  rmSync(cache, { recursive: true });
});

describe("withProviderCache", () => {
  it("runs one installation at a time, and goes on after one that failed", async () => {
    let running = 0;
    const install = async (index: number) => {
      running += 1;
      expect(running).toBe(1);
      await sleep(5);
      running -= 1;
      if (index === 2) throw new Error("no such provider");
      return index;
    };
    const installations = [0, 1, 2, 3, 4].map((index) =>
      withProviderCache({ INFRA_CACHE: cache }, () => install(index)),
    );
    const settled = await Promise.allSettled(installations);
    expect(settled.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
    ]);
  });

  it("stops waiting for another process when the run is interrupted", async () => {
    const folder = join(cache, "held");
    const held = await new FileLock(folder, "the cache of providers").acquire("init");
    const interruption = new AbortController();
    let installed = false;
    const waiting = withProviderCache(
      { TF_PLUGIN_CACHE_DIR: folder },
      () => Promise.resolve((installed = true)),
      interruption.signal,
    );
    setTimeout(() => interruption.abort(), 50);
    await expect(waiting).rejects.toThrow("abort");
    expect(installed).toBe(false);
    await held.release();
  });

  it("takes the cache over from another machine that shows no sign of life", async () => {
    const folder = join(cache, "left");
    const held = await new FileLock(folder, "the cache of providers").acquire("init");
    const file = join(folder, "lock", "00000001.json");
    writeFileSync(file, JSON.stringify({ ...held.holder, host: "elsewhere" }));
    utimesSync(file, new Date(0), new Date(0));
    expect(await withProviderCache({ TF_PLUGIN_CACHE_DIR: folder }, () => Promise.resolve("installed"))).toBe(
      "installed",
    );
    expect(existsSync(join(folder, "lock", "00000002.released"))).toBe(true);
  });

  it("names the shared cache, or the one that the user set", async () => {
    const cacheOf = (env: NodeJS.ProcessEnv) =>
      withProviderCache(env, ({ TF_PLUGIN_CACHE_DIR }) => Promise.resolve(TF_PLUGIN_CACHE_DIR));
    expect(await cacheOf({ INFRA_CACHE: cache })).toBe(join(cache, "providers"));
    expect(await cacheOf({ INFRA_CACHE: cache, TF_PLUGIN_CACHE_DIR: "" })).toBe(join(cache, "providers"));
    expect(await cacheOf({ INFRA_CACHE: cache, TF_PLUGIN_CACHE_DIR: join(cache, "mine") })).toBe(join(cache, "mine"));
  });
});

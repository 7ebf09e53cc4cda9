import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { infraError, readJson } from "@infra/inventory";
import { z } from "zod";
import { cacheDirectory, makeOnce } from "@infra/opentofu";
import type { Release } from "./impact.js";
import type { ProductFolder } from "./products.js";

const run = promisify(execFile);

/** Packages that are installed the same, by a key that products share when their packages are. */
export interface Installation {
  readonly key: string;
  /** Installs them unless they are. @returns their node_modules @throws InfraError when npm fails */
  install(): Promise<string>;
}

/** Says what is to be installed for a product. @param release Takes the place of a pin, or of what a package pins */
export type Installer = (product: ProductFolder, release?: Release) => Installation;

/** Installs by npm into the cache, once for all products that have the same pins and settings. */
export const npmInstaller: Installer = ({ folder, pins }, release) => {
  const overrides = release && { [release.name]: release.version };
  const dependencies = { ...pins, ...(release && release.name in pins ? overrides : {}) };
  const manifest = JSON.stringify({ private: true, dependencies, ...(overrides ? { overrides } : {}) });
  const npmrc = join(folder, ".npmrc");
  const settings = existsSync(npmrc) ? readFileSync(npmrc, "utf8") : "";
  const key = createHash("sha256").update(manifest).update(settings).digest("hex").slice(0, 24);
  return { key, install: () => install(key, manifest, settings) };
};

async function install(key: string, manifest: string, settings: string): Promise<string> {
  const target = await makeOnce({
    target: join(cacheDirectory(), "impact", key),
    make: async (draft) => {
      writeFileSync(join(draft, "package.json"), manifest);
      writeFileSync(join(draft, ".npmrc"), settings);
      await npm(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], draft);
      return draft;
    },
  });
  return join(target, "node_modules");
}

const listSchema = z.object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) });

/** Is a package part of an installation, in another version than the release's? @returns undefined when it cannot be told */
export function isChangedBy({ name, version }: Release, modules: string): boolean | undefined {
  const { data } = listSchema.safeParse(readJson(join(modules, ".package-lock.json")));
  return (
    data &&
    Object.entries(data.packages).some(
      ([place, entry]) => place.endsWith(`node_modules/${name}`) && entry.version !== version,
    )
  );
}

async function npm(args: readonly string[], cwd: string): Promise<void> {
  try {
    await run("npm", [...args], { cwd, maxBuffer: 256 * 1024 * 1024 });
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    throw infraError(npmErrors(stderr) || stderr.trim() || message, "Fix what it names, then run this again");
  }
}

/** What npm says is wrong, the reason first, without its warnings and the place of its log. */
function npmErrors(stderr: string): string {
  const lines = stderr.split("\n").flatMap((line) => /^npm (?:error|ERR!) ?(.*)$/.exec(line)?.[1]?.trim() ?? []);
  return lines
    .filter((line) => line !== "" && !/^(?:code \S+|\d{3}|A complete log of this run .*)$/.test(line))
    .join("\n");
}

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { infraError } from "@infra/core";
import { cacheDirectory, makeOnce } from "../binary/index.js";
import { compareConfigurations, type Configuration, type ResourceDifference } from "./compare.js";
import { linkModules } from "./own-packages.js";
import type { ProductFolder } from "./products.js";

/** One package in another version. */
export interface Release {
  readonly name: string;
  readonly version: string;
}

/** What a release would do to one product. */
export interface ProductImpact {
  readonly product: string;
  /** Deployments of which a resource would differ, by id. */
  readonly deployments: Readonly<Record<string, readonly ResourceDifference[]>>;
  /** Why it cannot be told. @default - it can */
  readonly problem?: string;
}

const run = promisify(execFile);

/**
 * What a release would change: every deployment is synthesized with the pins that its product has, and with the release in their
 * place. Products with the same pins share one installation. Nothing is written to the products.
 */
export async function impactOf(release: Release, products: readonly ProductFolder[]): Promise<ProductImpact[]> {
  const results: ProductImpact[] = [];
  const queue = [...products.entries()];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await impactOn(release, next[1]);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return results;
}

async function impactOn(release: Release, { folder, pins }: ProductFolder): Promise<ProductImpact> {
  const product = basename(folder);
  const work = mkdtempSync(join(tmpdir(), "infra-impact-"));
  try {
    const before = await synthesize(folder, join(work, "before"), await installation(folder, pins));
    const after = await synthesize(folder, join(work, "after"), await installation(folder, pins, release));
    const ids = [...new Set([...before.keys(), ...after.keys()])].sort();
    const compared = ids.map((id) => [id, compareConfigurations(before.get(id) ?? {}, after.get(id) ?? {})] as const);
    return { product, deployments: Object.fromEntries(compared.filter(([, found]) => found.length > 0)) };
  } catch (error) {
    return { product, deployments: {}, problem: error instanceof Error ? error.message : String(error) };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The node_modules of pins, installed once for all products that have the same. @param release Takes the place of a pin, or of what a package pins */
async function installation(folder: string, pins: ProductFolder["pins"], release?: Release): Promise<string> {
  const overrides = release && { [release.name]: release.version };
  const dependencies = { ...pins, ...(release && release.name in pins ? overrides : {}) };
  const manifest = JSON.stringify({ private: true, dependencies, ...(overrides ? { overrides } : {}) });
  const npmrc = join(folder, ".npmrc");
  const settings = existsSync(npmrc) ? readFileSync(npmrc) : "";
  const key = createHash("sha256").update(manifest).update(settings).digest("hex").slice(0, 24);
  const target = await makeOnce({
    target: join(cacheDirectory(), "impact", key),
    make: async (draft) => {
      writeFileSync(join(draft, "package.json"), manifest);
      writeFileSync(join(draft, ".npmrc"), settings);
      await command("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], draft);
      return draft;
    },
  });
  return join(target, "node_modules");
}

/** The synthesized configurations of a product's deployments, by id, made by the engine that an installation holds. */
async function synthesize(folder: string, work: string, modules: string): Promise<Map<string, Configuration>> {
  const left = new Set(["node_modules", ".git", ".nx", ".infra", "state"]);
  cpSync(folder, work, { recursive: true, filter: (source) => source === folder || !left.has(basename(source)) });
  linkModules(modules, work);
  const printed = await command(
    process.execPath,
    [join(modules, "@infra/engine/bin/infra.js"), "synth", "--json"],
    work,
  );
  const { results } = JSON.parse(printed) as { results: { id: string }[] };
  return new Map(
    results.map(({ id }) => [
      id,
      JSON.parse(readFileSync(join(work, ".infra/real", id, "cdk.tf.json"), "utf8")) as Configuration,
    ]),
  );
}

async function command(file: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    return (await run(file, [...args], { cwd, maxBuffer: 256 * 1024 * 1024 })).stdout;
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    throw infraError(stderr.trim() || message, "Mend what it names, then run this again");
  }
}

import { constants } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { EngineError, engineNotFound, engineNotRunnable, engineTooOld } from "./errors.js";
import { type EngineIdentity, type EngineName, identify } from "./probe.js";
import {
  installOpenTofu,
  type InstallOptions,
  logToStandardError,
  PINNED_OPENTOFU,
  pinnedOpenTofuPath,
} from "./release.js";

/**
 * The oldest version of each engine that may run: an older Terraform lacks ephemeral values and write-only arguments,
 * an older OpenTofu ignores the encryption settings and would leave the state in clear.
 */
export const OLDEST_ENGINE: Readonly<Record<EngineName, string>> = { tofu: "1.7.0", terraform: "1.11.0" };

/** The binary that plans and applies. */
export interface Engine {
  /** Absolute path of the executable. */
  readonly path: string;
  readonly name: EngineName;
  /** Without a leading v: `1.12.6`. */
  readonly version: string;
}

/** How {@link findEngine} goes about it. */
export interface FindEngineOptions extends InstallOptions {
  /** Whether the pinned OpenTofu may be downloaded. @default true */
  readonly install?: boolean;
}

/**
 * The engine to use: INFRA_ENGINE, else `tofu` on PATH, else a recent `terraform` on PATH, else the pinned OpenTofu,
 * which is installed into the cache when it is not there.
 * @throws EngineError `not-runnable` or `too-old` for INFRA_ENGINE, `not-found` with the remedies, `checksum`
 */
export async function findEngine(options: FindEngineOptions = {}): Promise<Engine> {
  const { env = process.env, log = logToStandardError } = options;
  const named = env["INFRA_ENGINE"];
  if (named) return await namedEngine(path.resolve(named), env);
  return (
    (await engineOnPath("tofu", env, log)) ?? (await engineOnPath("terraform", env, log)) ?? (await pinned(options))
  );
}

async function namedEngine(file: string, env: NodeJS.ProcessEnv): Promise<Engine> {
  let found: EngineIdentity;
  try {
    found = await identify(file, env);
  } catch (error) {
    throw engineNotRunnable(file, error);
  }
  const oldest = OLDEST_ENGINE[found.name];
  if (isOlder(found.version, oldest)) throw engineTooOld(file, found.version, oldest);
  return { path: file, name: found.name, version: found.version };
}

async function engineOnPath(
  name: EngineName,
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
): Promise<Engine | undefined> {
  const file = await which(name, env["PATH"]);
  if (!file) return undefined;
  try {
    const { version } = await identify(file, env);
    if (!isOlder(version, OLDEST_ENGINE[name])) return { path: file, name, version };
    log(`infra: ${file} is ${name} ${version}, at least ${OLDEST_ENGINE[name]} is needed: skipped`);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    log(`infra: ${file} can't be run as ${name} (${reason ?? ""}): skipped`);
  }
  return undefined;
}

async function pinned(options: FindEngineOptions): Promise<Engine> {
  const { env = process.env, install = true } = options;
  const file = pinnedOpenTofuPath(env);
  if (!(await isExecutable(file))) {
    if (!install) throw engineNotFound(PINNED_OPENTOFU, new Error("it was not to be installed"));
    await installOpenTofu(options).catch((error: unknown) => {
      if (error instanceof EngineError && error.code === "unreachable") throw engineNotFound(PINNED_OPENTOFU, error);
      throw error;
    });
  }
  const { version } = await identify(file, env);
  return { path: file, name: "tofu", version };
}

/** The first executable of that name in the folders of PATH. */
async function which(name: string, search = ""): Promise<string | undefined> {
  for (const folder of search.split(path.delimiter)) {
    const file = path.resolve(folder, name);
    if (folder && (await isExecutable(file))) return file;
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await fs.access(file, constants.X_OK);
    return (await fs.stat(file)).isFile();
  } catch {
    return false;
  }
}

/** Compares `major.minor.patch`; a pre-release counts as its release. */
function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split(/[.+-]/, 3).map(Number));
  for (let index = 0; index < 3; index += 1) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

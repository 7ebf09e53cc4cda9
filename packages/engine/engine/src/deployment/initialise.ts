import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InfraError } from "@infra/inventory";
import { isRemoved, providersMissing } from "../applied/removed-deployment.js";
import { type Diagnostic, withProviderCache } from "@infra/opentofu";
import { contentOf } from "./configuration.js";
import type { DeploymentRun } from "./deployment-run.js";
import {
  digestOfInit,
  engineLockFile,
  type InitResult,
  readInit,
  dropInit,
  stampOf,
  writeInit,
} from "./init-result.js";

/**
 * The engine's `init`, where it has something to do: the working folder keeps what it made for as long as that is whole and what it
 * depends on is the same. Deployments of one run that need the same share what it made.
 *
 * @throws InfraError
 */
export async function initialise(run: DeploymentRun): Promise<void> {
  const { context, paths } = run;
  takeLockFile(run);
  if (contentOf(stampOf(paths.work)) === stampText(run)) {
    run.initialised = "before";
    return;
  }
  const shared = await context.inits.of(fingerprintOf(run), () => makeInit(run));
  if (!shared) return;
  dropInit(run.paths.work);
  writeInit(paths.work, shared);
  keep(run);
  run.initialised = "before";
}

/** Runs `init` although the working folder looked right: the engine found that it is not. @throws InfraError */
export async function initialiseAgain(run: DeploymentRun): Promise<void> {
  takeLockFile(run);
  await makeInit(run);
}

/** Does the engine say that a folder is not initialised? It names the command that does it, or what it did not find. */
export function asksForInit({ context: { engine } }: DeploymentRun, texts: readonly string[]): boolean {
  const signs = [`${engine.name} init`, ".terraform/providers", "failed to instantiate provider"];
  return texts.some((text) => signs.some((sign) => text.includes(sign)));
}

async function makeInit(run: DeploymentRun): Promise<InitResult | undefined> {
  run.initialised = "now";
  dropInit(run.paths.work);
  await init(run);
  keep(run);
  return readInit(run.paths.work);
}

/** Keeps the checksums beside the inventory, and notes what was made. */
function keep(run: DeploymentRun): void {
  const { context, paths } = run;
  const lockFile = join(paths.work, engineLockFile);
  if (!context.offline && existsSync(lockFile)) writeWhole(paths.lockFile, readFileSync(lockFile));
  writeFileSync(stampOf(paths.work), stampText(run));
}

/** Gives the engine the committed lock file. Who deletes it wants the providers to be resolved again. */
function takeLockFile({ context, paths }: DeploymentRun): void {
  if (context.offline) return;
  const lockFile = join(paths.work, engineLockFile);
  if (existsSync(paths.lockFile)) writeWhole(lockFile, readFileSync(paths.lockFile));
  else rmSync(lockFile, { force: true });
}

function writeWhole(file: string, content: Buffer): void {
  if (existsSync(file) && readFileSync(file).equals(content)) return;
  const temporary = `${file}.${String(process.pid)}`;
  writeFileSync(temporary, content);
  renameSync(temporary, file);
}

function stampText(run: DeploymentRun): string {
  return `${fingerprintOf(run)}\n${digestOfInit(run.paths.work)}\n`;
}

/** Digest of what `init` depends on: the engine, where its providers come from, backend, providers, modules and lock file. */
function fingerprintOf({ context, paths, synthesis }: DeploymentRun): string {
  const { offline, env } = context;
  const { name, version } = context.engine;
  const { terraform, module = {} } = synthesis.configuration as {
    terraform?: unknown;
    module?: Record<string, unknown>;
  };
  const settings = contentOf(env["TF_CLI_CONFIG_FILE"] ?? "");
  const lockFile = contentOf(join(paths.work, engineLockFile));
  return createHash("sha256")
    .update(
      JSON.stringify([name, version, offline, settings, terraform, Object.entries(module).map(sourceOf), lockFile]),
    )
    .digest("hex");
}

function sourceOf([name, value]: [string, unknown]): unknown[] {
  const { source, version } = value as { source?: unknown; version?: unknown };
  return [name, source, version];
}

async function init(run: DeploymentRun): Promise<void> {
  const { context, deployment } = run;
  const diagnostics: Diagnostic[] = [];
  const call = (env: Record<string, string> = {}) =>
    // The backend is always this run's own; what another engine noted of it does not matter.
    run.call(["init", "-json", "-input=false", "-reconfigure"], {
      onEvent: (event) => {
        if (event.type === "diagnostic") diagnostics.push(event.diagnostic);
      },
      env,
    });
  const { signal, env = process.env } = context.request;
  const exit = context.offline
    ? await call()
    : await withProviderCache(env, call, signal).catch((error: unknown) => {
        // Interrupted while another run was installing.
        throw signal?.aborted ? new InfraError(run.problemsOf([], "")) : error;
      });
  if (exit.code === 0) return;
  const problems = run.problemsOf(diagnostics, exit.stderr);
  throw new InfraError(isRemoved(deployment) ? [...problems, providersMissing(deployment)] : problems);
}

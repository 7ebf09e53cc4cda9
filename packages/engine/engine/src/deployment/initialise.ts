import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InfraError } from "@infra/inventory";
import { isRemoved, providersMissing } from "../applied/removed-deployment.js";
import { type Diagnostic, withProviderCache } from "@infra/opentofu";
import { contentOf } from "./configuration.js";
import type { DeploymentRun } from "./deployment-run.js";

/** The engine's `init`, unless the folder was initialised for the same providers by the same engine. @throws InfraError */
export async function initialise(run: DeploymentRun): Promise<void> {
  const { context, paths, synthesis } = run;
  const { engine, offline } = context;
  const lockFile = join(paths.work, ".terraform.lock.hcl");
  // Who deletes the committed one wants the providers to be resolved again.
  if (!offline && existsSync(paths.lockFile)) writeFileSync(lockFile, readFileSync(paths.lockFile));
  else if (!offline) rmSync(lockFile, { force: true });
  const fingerprint = () =>
    createHash("sha256")
      .update(JSON.stringify([engine.name, engine.version, synthesis.configuration.terraform, contentOf(lockFile)]))
      .digest("hex");
  const stamp = join(paths.work, ".terraform", "infra-init");
  if (contentOf(stamp) === fingerprint()) return;
  await init(run);
  if (!offline && existsSync(lockFile)) writeFileSync(paths.lockFile, readFileSync(lockFile));
  writeFileSync(stamp, fingerprint());
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

import { infraError } from "@infra/inventory";
import { type Engine, EngineError, findEngine, installOpenTofu } from "@infra/opentofu";
import type { RunContext } from "../run-context.js";
import type { RemovedDeployment } from "./removed-deployment.js";

/**
 * A run with the engine that a removed deployment was applied with: the one at hand, or the same version of OpenTofu, installed.
 *
 * @throws InfraError when that engine can't be had
 */
export async function withAppliedEngine(context: RunContext, deployment: RemovedDeployment): Promise<RunContext> {
  const { engine: present, request } = context;
  const { engine: wanted } = deployment.record;
  if (present.name === wanted.name && present.version === wanted.version) return context;
  const { env = process.env } = request;
  if (env["INFRA_ENGINE"]) throw otherEngine(deployment, `INFRA_ENGINE is ${nameOf(present)}`);
  if (wanted.name !== "tofu") throw otherEngine(deployment, `this run has ${nameOf(present)}`);
  try {
    const path = await installOpenTofu({ env: { ...env }, version: wanted.version });
    const engine = await findEngine({ env: { ...env, INFRA_ENGINE: path } });
    return { ...context, engine, encryptions: context.encryptions.with(engine) };
  } catch (error) {
    if (error instanceof EngineError) throw otherEngine(deployment, `it can't be installed: ${error.problem}`);
    throw error;
  }
}

function otherEngine({ id, file, record }: RemovedDeployment, why: string): Error {
  const wanted = nameOf(record.engine);
  return infraError(
    `${id} was applied with ${wanted}, which is what may destroy it, and ${why}`,
    `Set INFRA_ENGINE to ${wanted}; or restore ${file} from git, apply it with the engine of today, and destroy it as any other`,
  );
}

function nameOf({ name, version }: Pick<Engine, "name" | "version">): string {
  return `${name} ${version}`;
}

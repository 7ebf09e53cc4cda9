import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Deployment } from "@infra/inventory";
import { type Synthesis, type SynthesisOptions, synthesize } from "@infra/core";
import { type DeploymentPaths, pathsOf } from "./paths.js";
import { refuseSecrets, runStackCode } from "./stack-code.js";
import { loadStack } from "./stacks.js";

/**
 * Synthesizes a deployment; writes nothing.
 *
 * @param options What is known of the last apply. @default - nothing: the tables of facts choose all
 * @throws InfraError, also when the configuration holds a secret of the environment
 */
export function synthesizeDeployment(
  root: string,
  deployment: Deployment,
  offline: boolean,
  env?: Readonly<NodeJS.ProcessEnv>,
  options?: SynthesisOptions,
): { synthesis: Synthesis; paths: DeploymentPaths } {
  const synthesis = runStackCode(() => synthesize(deployment, loadStack(deployment, root), root, options), env);
  refuseSecrets(deployment, synthesis, env);
  return { synthesis, paths: pathsOf(root, deployment, offline, env) };
}

/** Synthesizes a deployment and writes what the engine reads. @returns the file */
export function synthesizeToFolder(
  root: string,
  deployment: Deployment,
  offline: boolean,
  env?: Readonly<NodeJS.ProcessEnv>,
): string {
  const { synthesis, paths } = synthesizeDeployment(root, deployment, offline, env);
  return writeConfiguration(paths, synthesis);
}

/** Writes what the engine reads, whole or not at all; a file whose content is the same is left alone. @returns the file */
export function writeConfiguration({ work }: DeploymentPaths, { configuration }: Synthesis): string {
  const file = join(work, "cdk.tf.json");
  const text = `${JSON.stringify(configuration, null, 2)}\n`;
  if (contentOf(file) === text) return file;
  mkdirSync(work, { recursive: true });
  const temporary = `${file}.${String(process.pid)}`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
  return file;
}

/** The text of a file; nothing where there is none. */
export function contentOf(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

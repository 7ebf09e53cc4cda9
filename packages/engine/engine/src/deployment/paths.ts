import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

/** The files of one deployment's runs. Offline runs and real ones never share a file. */
export interface DeploymentPaths {
  /** The engine's working folder: configuration, `.terraform`, saved plan. */
  readonly work: string;
  /** The state's history and lock. */
  readonly state: string;
  /** The emulated cloud of offline runs. */
  readonly cloud: string;
  /** The engine's dependency lock file as it is committed, beside the deployment's inventory file. */
  readonly lockFile: string;
  /** The saved plan, and what it was made from. */
  readonly plan: string;
  readonly planRecord: string;
}

/**
 * Where the files of a deployment's runs are.
 *
 * @param env `INFRA_EMULATION` names the folder of the emulated cloud and of its states, for runs in several clones;
 * `INFRA_OFFLINE_WORK` that of the working folders of offline runs, for runs beside others in one clone.
 */
export function pathsOf(
  root: string,
  deployment: { id: string; file: string },
  offline: boolean,
  env: Readonly<NodeJS.ProcessEnv> = process.env,
): DeploymentPaths {
  const offlineWork = env["INFRA_OFFLINE_WORK"] || join(".infra", "offline");
  const work = resolve(root, offline ? offlineWork : join(".infra", "real"), deployment.id);
  const emulation = join(statesFolder(root, true, env), deployment.id);
  return {
    work,
    state: offline ? join(emulation, "state") : join(root, "state", deployment.id),
    cloud: join(emulation, "cloud.jsonl"),
    lockFile: deployment.file.replace(/\.yaml$/, ".lock.hcl"),
    plan: join(work, "plan.tfplan"),
    planRecord: join(work, "plan.json"),
  };
}

/** The folder with the states of all deployments. */
export function statesFolder(root: string, offline: boolean, env: Readonly<NodeJS.ProcessEnv> = process.env): string {
  if (!offline) return join(root, "state");
  return resolve(root, env["INFRA_EMULATION"] || join(".infra", "offline"));
}

/** The deployments that have a state in a folder of states. */
export function deploymentsIn(states: string, offline: boolean): string[] {
  const ids = foldersIn(states).flatMap((environment) =>
    foldersIn(join(states, environment)).map((name) => `${environment}/${name}`),
  );
  return ids.filter((id) => existsSync(join(states, id, offline ? "state" : "", "pointers")));
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

/** A working folder with nothing but a backend: enough to read the outputs of any deployment. */
export function outputsFolder(root: string, engine: { readonly name: string; readonly version: string }): string {
  return join(root, ".infra", "outputs", `${engine.name}-${engine.version}`);
}

import { createRequire } from "node:module";
import { join } from "node:path";
import { describeProvider, loadInventory, type ProviderName } from "@infra/core";
import { findEngine } from "./binary/index.js";
import { passphraseVariable } from "./encryption.js";
import { problemsOfError } from "./run.js";
import { StateBackends } from "./state-backends.js";
import type { Workspace } from "./workspace.js";

/** One thing that was looked at. */
export interface Finding {
  /** `ok`: works; `warning`: works, but not for everything; `error`: nothing works before it is mended. */
  readonly level: "ok" | "warning" | "error";
  readonly message: string;
  /** What to do. @default - nothing */
  readonly remedy?: string;
}

/** Looks at everything that a run needs, and says what is missing and what that means. */
export async function examine(
  { root, inventory }: Workspace,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Finding[]> {
  return [await engineFinding(env), passphraseFinding(env), ...(await inventoryFindings(root, inventory, env))];
}

async function engineFinding(env: NodeJS.ProcessEnv): Promise<Finding> {
  try {
    const engine = await findEngine({ env });
    return { level: "ok", message: `engine: ${engine.name} ${engine.version} (${engine.path})` };
  } catch (error) {
    return asFinding("engine", error);
  }
}

function passphraseFinding(env: NodeJS.ProcessEnv): Finding {
  if (env[passphraseVariable])
    return { level: "ok", message: `encryption: ${passphraseVariable} is set; states and plans are encrypted` };
  return {
    level: "warning",
    message: `encryption: ${passphraseVariable} is not set, so only offline runs are possible`,
    remedy: "Set it, for example from: openssl rand -base64 32",
  };
}

async function inventoryFindings(root: string, inventory: string, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  try {
    const { deployments, product, states } = loadInventory(inventory);
    const used = [...new Set(deployments.map(({ settings }) => settings.provider))];
    const backends = (offline: boolean) => new StateBackends({ root, offline, product, states, env });
    const [real, emulated] = [backends(false), backends(true)];
    const remote = await remoteStateFindings(real, deployments);
    // A lock that does not answer is found once, not once per deployment.
    const reachable = remote.every(({ level }) => level !== "error");
    const asked = [...(reachable ? [real] : []), emulated];
    const locks = await Promise.all(
      asked.flatMap((each) => deployments.map((deployment) => lockFinding(each, deployment, each === emulated))),
    );
    real.close();
    const summary: Finding = {
      level: "ok",
      message: `inventory: ${product}, ${String(deployments.length)} deployments`,
    };
    return [
      summary,
      ...used.map((provider) => providerFinding(provider, root, env)),
      ...remote,
      ...locks.flatMap((finding) => finding ?? []),
    ];
  } catch (error) {
    return [asFinding("inventory", error)];
  }
}

function providerFinding(provider: ProviderName, root: string, env: NodeJS.ProcessEnv): Finding {
  const { bindings, credentials } = describeProvider(provider);
  try {
    createRequire(join(root, "package.json")).resolve(`${bindings}/package.json`);
  } catch {
    return {
      level: "error",
      message: `${provider}: its bindings ${bindings} are not installed`,
      remedy: `npm install ${bindings}`,
    };
  }
  if (credentials.some((name) => env[name]))
    return { level: "ok", message: `${provider}: bindings installed, credentials set` };
  return {
    level: "warning",
    message: `${provider}: bindings installed, no credentials in the environment`,
    remedy: `For real runs set ${credentials[0] ?? "them"}`,
  };
}

/** Each remote store is tried once, whatever the number of its deployments. */
async function remoteStateFindings(
  backends: StateBackends,
  deployments: readonly { id: string }[],
): Promise<Finding[]> {
  const remotes = new Set<Awaited<ReturnType<StateBackends["remoteOf"]>>>();
  for (const { id } of deployments) remotes.add(await backends.remoteOf(id));
  remotes.delete(undefined);
  if (remotes.size === 0) return [];
  const { remoteFindings } = await import("./doctor-state.js");
  const found = await Promise.all([...remotes].map((remote) => (remote ? remoteFindings(remote) : [])));
  return found.flat();
}

async function lockFinding(
  backends: StateBackends,
  deployment: { id: string; file: string },
  offline: boolean,
): Promise<Finding | undefined> {
  const inspection = await (await backends.of(deployment)).lock.inspect();
  if (!inspection) return undefined;
  const { holder, state } = inspection;
  const message = `${deployment.id}${offline ? " (offline)" : ""} is locked: ${holder.operation} by ${holder.user}@${holder.host}, pid ${String(holder.pid)}, since ${holder.since} (${state})`;
  return {
    level: "warning",
    message,
    remedy: state === "dead" ? "The next run takes the lock over" : "Wait until it ends",
  };
}

function asFinding(what: string, error: unknown): Finding {
  const [first] = problemsOfError(error);
  return {
    level: "error",
    message: `${what}: ${first?.message ?? String(error)}`,
    ...(first ? { remedy: first.remedy } : {}),
  };
}

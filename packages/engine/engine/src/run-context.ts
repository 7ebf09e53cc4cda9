import { availableParallelism } from "node:os";
import { findDeploymentFiles, InfraError, type Inventory, invisibleEnd, loadInventory } from "@infra/inventory";
import { type Engine, engineEnvironment, findEngine } from "@infra/opentofu";
import { RulesInUse } from "./drift-rules.js";
import { Encryptions, StateKeys } from "@infra/keys";
import { hiddenValues, hiddenVariables, oldPassphraseVariable, type Secrets, secretsOf } from "@infra/secrets";
import { Mask } from "@infra/io";
import { DeclaredOutputs } from "./deployment/declared-outputs.js";
import { Outputs } from "./deployment/outputs.js";
import type { RunRequest } from "@infra/results";
import { StateBackends } from "./deployment/state-backends.js";
import { startStateService, type StateService } from "@infra/state";

/** What the deployments of one run share. */
export interface RunContext {
  readonly request: RunRequest;
  readonly offline: boolean;
  readonly engine: Engine;
  readonly encryptions: Encryptions;
  readonly state: StateService;
  /** Where states are kept. */
  readonly backends: StateBackends;
  readonly outputs: Outputs;
  /** Which outputs the inventory has, applied or not. */
  readonly declared: DeclaredOutputs;
  readonly secrets: Secrets;
  readonly mask: Mask;
  /** What own stacks may have that is refused otherwise. */
  readonly allow: Inventory["allow"];
  /** Which rules of `drift.ignore` are for something. */
  readonly driftRules: RulesInUse;
  /** Environment of every engine call, before what belongs to one deployment. */
  readonly env: Readonly<Record<string, string>>;
  readonly parallelism: number;
  /** Ends what the run started. @returns what could not be ended */
  close(): Promise<readonly string[]>;
}

/**
 * Loads what a request asks for: the wanted deployments of its inventory, and, as their last applies recorded them, those that it
 * names and that are no longer there.
 */
export async function inventoryOf(request: RunRequest): Promise<Inventory> {
  const { inventory, deployments: only } = request;
  const present = new Set(only && findDeploymentFiles(inventory).files.map(({ id }) => id));
  if (!only || only.every((id) => present.has(id))) return loadInventory(inventory, only ? { only } : {});
  const { inventoryForRemoval } = await import("./applied/removed-inventory.js");
  return await inventoryForRemoval(request, only);
}

/** Finds the engine and starts what a run needs. @throws InfraError and EngineError with remedies */
export async function openRun(request: RunRequest, inventory: Inventory): Promise<RunContext> {
  const { deployments, product, states, allow } = inventory;
  const env = request.env ?? process.env;
  const offline = request.offline ?? false;
  const engine = await findEngine({ env: { ...env } });
  if (!offline) refuseInvisibleEnds(env);
  const mask = new Mask(hiddenValues(env));
  const secrets = secretsOf(inventory, request, mask);
  const keys = new StateKeys({ product, states, secrets, env });
  const encryptions = new Encryptions({ engine, offline, keys, env });
  // A synthesis writes no state.
  if (request.verb !== "synth") encryptions.check(deployments.map(({ id }) => id));
  const engineEnv = engineEnvironment(env, offline);
  // Last: whatever is wrong before must not leave a server behind.
  const state = await startStateService();
  const backends = new StateBackends({ root: request.root, offline, product, states, env });
  const shared = { request, offline, engine, encryptions, state, backends, env: engineEnv, mask, secrets, allow };
  const driftRules = new RulesInUse();
  return {
    ...shared,
    driftRules,
    outputs: new Outputs(shared),
    declared: new DeclaredOutputs(request, deployments),
    parallelism: request.parallelism ?? availableParallelism(),
    close: async () => {
      try {
        return await secrets.close();
      } finally {
        await state.close();
        backends.close();
      }
    },
  };
}

/** A credential with an invisible end is refused by its cloud, in words that mislead; keys of several lines end with a line end. */
function refuseInvisibleEnds(env: Readonly<NodeJS.ProcessEnv>): void {
  const problems = hiddenVariables().flatMap((name) => {
    const invisible = name === oldPassphraseVariable ? undefined : invisibleEnd(env[name] ?? "", true);
    if (invisible === undefined) return [];
    const message = `${name} begins or ends with an invisible letter (${invisible})`;
    return [{ message, remedy: "Remove it where the variable is set, such as a file with line ends of Windows" }];
  });
  if (problems.length > 0) throw new InfraError(problems);
}

import { availableParallelism } from "node:os";
import { type Inventory, loadInventory } from "@infra/core";
import { type Engine, findEngine } from "./binary/index.js";
import { RulesInUse } from "./drift/ignore.js";
import { type Encryption, encryptionFor } from "./encryption.js";
import { engineEnvironment } from "./engine-environment.js";
import { hiddenValues } from "./hidden-values.js";
import { Mask } from "./mask.js";
import { Outputs } from "./outputs.js";
import type { RunRequest } from "./result.js";
import { type Secrets, secretsOf } from "./secrets/index.js";
import { StateBackends } from "./state-backends.js";
import { startStateService, type StateService } from "./state/index.js";

/** What the deployments of one run share. */
export interface RunContext {
  readonly request: RunRequest;
  readonly offline: boolean;
  readonly engine: Engine;
  readonly encryption: Encryption;
  readonly state: StateService;
  /** Where states are kept. */
  readonly backends: StateBackends;
  readonly outputs: Outputs;
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

/** Loads what a request asks for: the wanted deployments of its inventory. */
export function inventoryOf(request: RunRequest): Inventory {
  return loadInventory(request.inventory, request.deployments ? { only: request.deployments } : {});
}

/** Finds the engine and starts what a run needs. @throws InfraError and EngineError with remedies */
export async function openRun(request: RunRequest, inventory: Inventory): Promise<RunContext> {
  const { deployments, product, states, allow } = inventory;
  const env = request.env ?? process.env;
  const offline = request.offline ?? false;
  const engine = await findEngine({ env: { ...env } });
  // A synthesis writes no state.
  const encryption = encryptionFor(engine, offline || request.verb === "synth", env);
  const mask = new Mask(
    hiddenValues(
      env,
      deployments.map(({ settings }) => settings.provider),
    ),
  );
  const secrets = secretsOf(inventory, request, mask);
  const engineEnv = engineEnvironment(env, offline);
  // Last: whatever is wrong before must not leave a server behind.
  const state = await startStateService();
  const backends = new StateBackends({ root: request.root, offline, product, states, env });
  const shared = { request, offline, engine, encryption, state, backends, env: engineEnv, mask, secrets, allow };
  const driftRules = new RulesInUse();
  return {
    ...shared,
    driftRules,
    outputs: new Outputs(shared),
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

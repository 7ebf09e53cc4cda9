import { createHash } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Deployment, infraError, InfraError, placeOf, type Problem, problemsOfError } from "@infra/inventory";
import type { Synthesis } from "@infra/core";
import { withAppliedEngine } from "../applied/engine.js";
import { type Applicable, applicableOf } from "../applied/record.js";
import { isRemoved, recordedDeployment, withoutProtection } from "../applied/removed-deployment.js";
import type { Encryption } from "@infra/keys";
import {
  callEngine,
  type Diagnostic,
  endOrphan,
  type EngineCall,
  type EngineExit,
  refuseOverOrphan,
} from "@infra/opentofu";
import type { MockProviders } from "@infra/opentofu/offline";
import type { RunContext } from "../run-context.js";
import { noSecrets, type TakenSecrets, takeSecrets, variablesOf } from "@infra/secrets";
import { presently, providerPhase } from "@infra/io";
import { describeHolder, type Session, StateError } from "@infra/state";
import { writeConfiguration } from "./configuration.js";
import {
  changesThings,
  keptProblem,
  openDeployment,
  type OpenedDeployment,
  type Opening,
  refuseOverKept,
} from "./deployment-session.js";
import { keptState } from "./escape.js";
import { refuseForeign } from "./foreign.js";
import { initialise } from "./initialise.js";
import { type LastApply, lastApplyOf, synthesizeAsApplied } from "./kept-choices.js";
import { type DeploymentPaths, pathsOf } from "./paths.js";
import { placeOfAddress } from "./places.js";
import { wasReselected } from "./plan-file.js";
import { profiledCall } from "./profiled-call.js";
import type { StateBackend } from "./state-backends.js";
import { withReference } from "./reference-problem.js";
import { recoverState } from "./recovery.js";

/** Options of a call of the engine. */
export type CallOptions = Partial<Pick<EngineCall, "env" | "folder" | "onEvent">>;

/** One deployment, synthesized and locked; once prepared, ready for the engine's commands. */
export class DeploymentRun {
  /** Things that the user should know and that are not wrong. */
  readonly notes: string[] = [];
  /** Whether `init` was run by this run; what it made before may turn out not to be right. */
  initialised: "before" | "now" | undefined;
  /** Why a destroy has no values for its references; only what is left to destroy needs them. */
  unresolved: InfraError | undefined;
  private mock: MockProviders | undefined;
  private variables: Readonly<Record<string, string>> = {};
  private secrets: TakenSecrets = noSecrets;
  readonly context: RunContext;
  readonly deployment: Deployment;
  readonly paths: DeploymentPaths;
  readonly session: Session;
  /** How its state and its plans are encrypted. */
  readonly encryption: Encryption;
  private readonly operation: string;

  private constructor(
    opening: Opening,
    private readonly opened: OpenedDeployment,
    readonly synthesis: Synthesis,
    /** What is recorded when it is applied; known before references turn variables into sensitive ones. */
    readonly applicable: Applicable,
    /** Did the tables of facts choose all, whatever is deployed? */
    readonly reselected: boolean,
  ) {
    this.context = opening.context;
    this.deployment = opening.deployment;
    this.paths = opening.paths;
    this.session = opened.session;
    this.encryption = opening.encryption;
    this.operation = opening.operation;
  }

  /**
   * Synthesizes a deployment, takes its lock, and then writes what the engine reads: another run may be using it. The caller
   * closes it.
   *
   * @param operation What is being done; named to whoever finds the deployment locked.
   * @throws InfraError
   */
  static async open(run: RunContext, deployment: Deployment, operation: string): Promise<DeploymentRun> {
    const context = isRemoved(deployment) ? await withAppliedEngine(run, deployment) : run;
    const { root, env, reselect = false, profile } = context.request;
    const backend = await context.backends.of(deployment);
    const last = await lastApplied(backend, isRemoved(deployment));
    const reselected =
      operation === "apply" ? wasReselected(pathsOf(root, deployment, context.offline, env)) : reselect;
    const synthesize = () =>
      isRemoved(deployment)
        ? recordedDeployment(root, deployment, context.offline, env)
        : synthesizeAsApplied(root, deployment, context.offline, env, reselected ? undefined : last.apply);
    const { synthesis, paths } = profile ? profile.measure("synthesis", deployment.id, synthesize) : synthesize();
    refuseForeign(deployment, synthesis, context.allow);
    const applicable = isRemoved(deployment) ? deployment.record : applicableOf(deployment, synthesis, root);
    context.declared.check(deployment, synthesis, operation);
    if (backend.readOnlyStore && changesThings(operation)) refuseOverKept(deployment.id, paths.work);
    const encryption = await context.encryptions.of(deployment.id);
    const opening = { context, deployment, backend, encryption, paths, operation };
    // Last: what fails after it would leave the deployment locked.
    const opened = new DeploymentRun(opening, await openDeployment(opening), synthesis, applicable, reselected);
    return await opened.withLastApply(last);
  }

  /** Refuses what was synthesized from choices that could not be read, or that another run has replaced since. */
  private async withLastApply({ apply, failure }: LastRead): Promise<this> {
    try {
      if (failure) throw failure;
      const last = await this.session.lastApplied();
      if (!apply || last?.configuration === apply.record.configuration) return this;
      throw infraError(`another run has applied ${this.deployment.id} in the meantime`, "Run this again");
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Warnings about what was chosen, with their places in the inventory. */
  get warnings(): Problem[] {
    return this.synthesis.advice.map(({ message, remedy, path }) => {
      const place = placeOf(this.deployment.config, path);
      return { message, remedy, path: path.join("."), ...(place ? { place } : {}) };
    });
  }

  /** Digest of what the engine is given: a saved plan belongs to it. */
  get digest(): string {
    const variables = Object.entries(this.variables).sort(([a], [b]) => (a < b ? -1 : 1));
    return createHash("sha256")
      .update(JSON.stringify([this.synthesis.configuration, variables, this.secrets.digest]))
      .digest("hex");
  }

  /** Is there a secret that ends with the run? Then a plan that holds it can't be applied later. */
  get transient(): boolean {
    return this.secrets.transient;
  }

  /** Calls the engine, in the deployment's folder unless another is named. */
  call(args: readonly string[], { env, folder = this.paths.work, onEvent }: CallOptions = {}): Promise<EngineExit> {
    const { context } = this;
    const { signal, abandon, profile } = context.request;
    const engineCall: EngineCall = {
      binary: context.engine.path,
      arguments: args,
      folder,
      env: {
        ...context.env,
        ...this.encryption.env,
        ...this.session.env,
        ...this.variables,
        ...this.secrets.env,
        ...this.mock?.env,
        ...env,
      },
      ...(signal ? { signal } : {}),
      ...(abandon ? { abandon } : {}),
      ...(onEvent ? { onEvent } : {}),
    };
    return profile ? profiledCall(profile, this.deployment.id, engineCall) : callEngine(engineCall);
  }

  /** Turns diagnostics of the engine, and what went wrong with the state, into problems with their place in the inventory. */
  problemsOf(diagnostics: readonly Diagnostic[], fallback: string): Problem[] {
    const { request, engine } = this.context;
    const problems = this.session.failures.flatMap((failure) => failure.problems);
    if (request.abandon?.aborted)
      problems.push({
        message: "the run was interrupted twice, and its engine was not waited for any more: it may still be at work",
        remedy: "Run it again: that waits for the engine, and records what it did",
      });
    else if (request.signal?.aborted)
      problems.push({
        message: "the run was interrupted; what was done is in the state",
        remedy: "Run it again to complete it",
      });
    // Of what the state service refused, the engine knows only the HTTP status.
    const repeated = ({ summary, detail = "" }: Diagnostic) =>
      this.session.failures.length > 0 && /\bHTTP\b/.test(summary + detail);
    const errors = diagnostics.filter((each) => each.severity === "error" && !repeated(each));
    problems.push(...errors.map((each) => this.problemOf(each)));
    if (this.session.kept !== undefined) problems.push(keptProblem(this.deployment.id, this.session.kept));
    if (problems.length > 0) return problems;
    return [
      this.problemOf({ severity: "error", summary: fallback.trim() || `${engine.name} failed and said nothing` }),
    ];
  }

  private problemOf(diagnostic: Diagnostic): Problem {
    const { summary, detail, address } = diagnostic;
    const { mask } = this.context;
    const place = address === undefined ? undefined : placeOfAddress(this.deployment, this.synthesis, address);
    const message = mask.text(address ? `${address}: ${summary}` : summary);
    const remedy = /decryption failed/.test(summary)
      ? this.encryption.remedy
      : mask.text(detail?.trim() ?? "") || "Fix what it names, then run this again; infra doctor looks at the rest";
    const engines = { message, remedy, ...(place ? { place } : {}) };
    const problem = withReference(engines, diagnostic, this.synthesis.references);
    return isRemoved(this.deployment) ? withoutProtection(problem, this.deployment) : problem;
  }

  /** Stops what was started for the deployment and releases its locks. @returns what could not be */
  async close(): Promise<Problem[]> {
    const { session, opened, paths } = this;
    const steps = [
      () => this.mock?.close(),
      // The same state, which the engine could not hand over either: in clear where it does not encrypt.
      () => session.kept !== undefined && rmSync(join(paths.work, "errored.tfstate"), { force: true }),
      () => session.close(),
      () => opened.workLock?.release(),
    ];
    const problems: Problem[] = [];
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        problems.push(...problemsOfError(error));
      }
    }
    this.notes.push(...session.notes);
    return problems;
  }

  /** Is nothing recorded in the state? */
  async isEmpty(): Promise<boolean> {
    if (this.session.version === 0) return true;
    const exit = await this.call(["state", "list"]);
    if (exit.code !== 0) throw new InfraError(this.problemsOf([], exit.stderr));
    return exit.stdout.trim() === "";
  }

  /** Makes everything ready for the engine's commands. @throws InfraError, NotApplied */
  async prepare(): Promise<void> {
    const { context, paths, session, synthesis } = this;
    const { takenOver } = session;
    if (takenOver) this.notes.push(`took over the lock of a run that died: ${describeHolder(takenOver)}`);
    if (this.opened.readOnly) refuseOverOrphan(paths.work, this.opened.workLock?.takenOver);
    else await endOrphan(paths.work, this.notes);
    if (this.operation !== "validate") await this.takeReferences();
    writeConfiguration(paths, synthesis);
    if (isRemoved(this.deployment)) writeFileSync(paths.lockFile, this.deployment.applied.lockFile);
    if (context.offline) await this.attachMock();
    await initialise(this);
    this.noteReadOnly();
    if (!this.opened.readOnly && (await recoverState(this)))
      this.notes.push("recorded the state that an interrupted run had left");
  }

  /** What a plan does not know is said with it. */
  private noteReadOnly(): void {
    const { deployment, paths } = this;
    const { readOnly } = this.opened;
    if (readOnly)
      this.notes.push(
        `looked at without a lock, and nothing can be applied at the moment: ${readOnly.problems[0]?.message ?? readOnly.message}`,
      );
    const kept = keptState(paths.work);
    if (kept)
      this.notes.push(
        `serial ${String(kept.serial)} of the state is not recorded yet, so this may be wrong: infra state push ${deployment.id}`,
      );
  }

  private async takeReferences(): Promise<void> {
    const { context, deployment, synthesis } = this;
    try {
      const handovers = await context.outputs.handovers(deployment, synthesis.references);
      this.variables = variablesOf(handovers.filter(({ sensitive }) => !sensitive));
      this.secrets = await takeSecrets(
        { ...context, pepper: this.encryption.pepper },
        deployment,
        synthesis,
        handovers,
      );
      this.notes.push(...this.secrets.notes);
    } catch (error) {
      const destroys = this.operation === "destroy" || context.request.destroy;
      if (!(error instanceof InfraError) || !destroys) throw error;
      this.unresolved = error;
    }
  }

  /** Real runs never load the mock provider. */
  private async attachMock(): Promise<void> {
    const { attachMockProviders } = await import("@infra/opentofu/offline");
    const { root, env = process.env, profile } = this.context.request;
    const deployment = this.deployment.id;
    const onCall =
      profile &&
      ((what: string, begin: number, end: number) => {
        profile.add({ phase: providerPhase, deployment, begin, end, what });
      });
    const begin = presently();
    this.mock = await attachMockProviders(this.synthesis.configuration, root, this.paths.cloud, env, onCall);
    profile?.add({ phase: "provider start", deployment, begin, end: presently() });
  }
}

/** What was read of the last apply before the lock was taken. */
interface LastRead {
  /** @default - nothing is deployed */
  readonly apply?: LastApply | undefined;
  /** Why it could not be read: nothing is done before it can. */
  readonly failure?: StateError;
}

/** Reads the last apply. A failure is told once the configuration is known to be right, which matters more. */
async function lastApplied({ store, readOnlyStore }: StateBackend, removed: boolean): Promise<LastRead> {
  if (removed) return {};
  try {
    return { apply: await lastApplyOf(readOnlyStore ?? store) };
  } catch (error) {
    if (error instanceof StateError) return { failure: error };
    throw error;
  }
}

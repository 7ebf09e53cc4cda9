import { InfraError } from "@infra/inventory";
import { connectionProblem } from "@infra/io";
import type { LockHolder } from "./locks/lock.js";

/** Which rule a {@link StateError} is about; stable, for machines. */
export type StateErrorCode =
  | "held"
  | "lock-lost"
  | "damaged"
  | "foreign"
  | "older"
  | "conflict"
  | "stale"
  | "refused"
  | "no-version"
  | "moved"
  | "storage";

/** An error of the state service: the message says value and rule, the remedy says what to do. */
export class StateError extends InfraError {
  constructor(
    /** Which rule was broken. */
    readonly code: StateErrorCode,
    /** The value and the rule it breaks, in one sentence without a full stop. */
    message: string,
    /** What to do, in one sentence. */
    remedy: string,
    options: ErrorOptions = {},
  ) {
    super([{ message, remedy }]);
    if ("cause" in options) this.cause = options.cause;
    this.name = "StateError";
  }
}

/** The stored state is not what was written: truncated, changed, or of other content than its pointer says. */
export function damagedState(deployment: string, place: string, detail: string): StateError {
  return new StateError(
    "damaged",
    `${place}: the state of ${deployment} is damaged: ${detail}`,
    `List the intact versions with "infra state versions ${deployment}" and go back with "infra state restore ${deployment} <version>".`,
  );
}

/** Swallows the error of what is damaged, and throws any other. */
export function ignoreDamaged(error: unknown): undefined {
  if (error instanceof StateError && error.code === "damaged") return undefined;
  throw error;
}

/** The state belongs to another deployment: its lineage is not the one on record. */
export function foreignState(deployment: string, lineage: string, expected: string): StateError {
  return new StateError(
    "foreign",
    `The state with lineage ${JSON.stringify(lineage)} is not of ${deployment}, whose lineage is ${JSON.stringify(expected)}`,
    `Check that the backend serves the right deployment; "infra state versions ${deployment}" lists what it owns.`,
  );
}

/** The state is older than the current one. */
export function olderState(deployment: string, serial: number, current: number): StateError {
  return new StateError(
    "older",
    `Serial ${String(serial)} is lower than ${String(current)}, the current serial of ${deployment}: a state never goes back by a write`,
    `Plan again, or go back on purpose with "infra state restore ${deployment} <version>".`,
  );
}

/** Another content has the same serial, or another writer was first. */
export function conflictingState(deployment: string, detail: string): StateError {
  return new StateError(
    "conflict",
    `The state of ${deployment} was not written: ${detail}`,
    `Nothing was overwritten; "infra state versions ${deployment}" lists what is there. Plan again.`,
  );
}

/** The writer no longer holds the deployment's lock. */
export function lockLost(deployment: string): StateError {
  return new StateError(
    "lock-lost",
    `The state of ${deployment} was not written: this run lost its lock, another run may have changed the deployment`,
    `See who holds it with "infra doctor ${deployment}", then plan again.`,
  );
}

/** A saved plan was made from another version of the state. */
export function stalePlan(deployment: string, planned: number, current: number): StateError {
  return new StateError(
    "stale",
    `The plan was made from version ${String(planned)} of the state of ${deployment}, which is now at version ${String(current)}`,
    `Plan again: "infra plan ${deployment}".`,
  );
}

/** What was sent is not an acceptable state, or the session may not write. */
export function refusedWrite(deployment: string, detail: string, remedy: string): StateError {
  return new StateError("refused", `The state of ${deployment} was not written: ${detail}`, remedy);
}

/** There is no such version. */
export function unknownVersion(deployment: string, version: number): StateError {
  return new StateError(
    "no-version",
    `Version ${String(version)} of the state of ${deployment} does not exist`,
    `"infra state versions ${deployment}" lists those that do.`,
  );
}

/** The state was moved to another store. */
export function movedState(deployment: string, to: string): StateError {
  return new StateError(
    "moved",
    `The state of ${deployment} is not here any more: it was moved to ${to}`,
    `Let \`state:\` in the inventory name that store, or move it back with "infra state migrate ${deployment}".`,
  );
}

/** The current version is decided in Consul, and the inventory names none. */
export function pointerElsewhere(deployment: string): StateError {
  return new StateError(
    "refused",
    `The state of ${deployment} was not written: Consul decides which version is current, and no Consul is configured`,
    "Name it in the inventory, `state: { consul: { address: … } }`, or in TF_STATE_CONSUL.",
  );
}

/** The store could not be read or written: disk full, no permission, input/output error. */
export function storageFailed(deployment: string, action: "read" | "write", cause: unknown): StateError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const unchanged = "The last recorded version is unchanged";
  const message = `The state of ${deployment} could not be ${action === "read" ? "read" : "written"}: ${reason}`;
  return new StateError("storage", message, `${unchanged}${remedyFor(cause)}`, { cause });
}

function remedyFor(cause: unknown): string {
  const name = cause instanceof Error ? cause.name : "";
  if (name !== "S3Failure" && name !== "ConsulFailure")
    return "; make the store writable (space, permissions) and run again.";
  const problem = connectionProblem(cause);
  const doing = problem ? `. ${problem.remedy}` : "; infra doctor says what does not answer";
  return `${doing}.${name === "ConsulFailure" ? " Without Consul a plan is still possible." : ""}`;
}

/** A sealed state can't be opened, or an unsealed one was found where sealed ones are required. */
export function sealError(problem: string, remedy: string): StateError {
  return new StateError("refused", problem, remedy);
}

/** The lock of the deployment is held by someone else. */
export class LockHeldError extends StateError {
  constructor(readonly holder: LockHolder) {
    super(
      "held",
      `${holder.deployment} is locked by ${describeHolder(holder)}`,
      `Wait for it, or, if it is gone for sure, run "infra state unlock ${holder.deployment}".`,
    );
    this.name = "LockHeldError";
  }
}

/** `apply of ada@build-7, pid 4711, since 2026-01-31T12:00:00.000Z`. */
export function describeHolder({ operation, user, host, pid, since }: LockHolder): string {
  return `${operation} of ${user}@${host}, pid ${String(pid)}, since ${since}`;
}

import { type Deployment, InfraError, type Problem } from "@infra/inventory";
import { connectionProblem } from "@infra/io";
import type { Encryption } from "@infra/keys";
import type { RunContext } from "../run-context.js";
import { type HeldLock, type Session, StateError } from "@infra/state";
import { dropKeptState, escapeFile, keepState, keptState } from "./escape.js";
import { cipherOf } from "./outputs.js";
import type { DeploymentPaths } from "./paths.js";
import type { StateBackend } from "./state-backends.js";

/** A deployment that is opened: nobody else works in its folder. */
export interface OpenedDeployment {
  readonly session: Session;
  /** Keeps other runs out of the working folder. @default - the session's own lock does */
  readonly workLock?: HeldLock;
  /** Why the deployment's lock could not be had: it can only be looked at. @default - the session holds it */
  readonly readOnly?: StateError;
}

/** Whether an operation is to change things. */
export function changesThings(operation: string): boolean {
  return operation === "apply" || operation === "destroy";
}

/** What a session is opened with. */
export interface Opening {
  readonly context: RunContext;
  readonly deployment: Deployment;
  readonly backend: StateBackend;
  readonly encryption: Encryption;
  readonly paths: DeploymentPaths;
  readonly operation: string;
}

/**
 * Takes the deployment's lock and its working folder, and serves its state; for a look at it also when whoever decides about the
 * lock does not answer.
 *
 * @throws StateError when somebody else has one of the two
 */
export async function openDeployment(opening: Opening): Promise<OpenedDeployment> {
  let session: Session;
  try {
    session = await openSession(opening);
  } catch (error) {
    return await openReadOnly(opening, error);
  }
  try {
    const workLock = await opening.backend.workLock?.acquire(opening.operation);
    return { session, ...(workLock && { workLock }) };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Takes the deployment's lock and serves its state. What can't be recorded in a remote store is kept. */
function openSession(opening: Opening): Promise<Session> {
  const { context, encryption, operation } = opening;
  const { id: deployment } = opening.deployment;
  const { store, lock, readOnlyStore, keep } = opening.backend;
  const { work } = opening.paths;
  const env = context.request.env ?? process.env;
  return context.state.open({
    deployment,
    store,
    lock,
    operation,
    ...cipherOf(encryption),
    ...(keep && { retention: keep }),
    // A local store is beside the engine's own file of what it could not hand over.
    ...(readOnlyStore && {
      keep: {
        keep: (state) => keepState(work, { ...state, deployment }, env, encryption.cipher),
        drop: () => {
          dropKeptState(work);
        },
      },
    }),
  });
}

/** Opens a deployment for a look at it, when its lock can't be had because whoever decides does not answer. */
async function openReadOnly(opening: Opening, reason: unknown): Promise<OpenedDeployment> {
  const { context, encryption, operation } = opening;
  const { id: deployment } = opening.deployment;
  const { lock, readOnlyStore: store, workLock } = opening.backend;
  const passes = reason instanceof StateError && (reason.code === "refused" || mayBeRead(reason));
  if (!store || !workLock || !passes || changesThings(operation)) throw reason;
  const held = await workLock.acquire(operation);
  try {
    const options = { deployment, store, lock, operation, readOnly: true, ...cipherOf(encryption) };
    return { session: await context.state.open(options), workLock: held, readOnly: reason };
  } catch (error) {
    await held.release();
    throw error;
  }
}

/** Who decides about writes may be away while the store is there; a store that does not answer can't be read either. */
function mayBeRead({ code, cause }: StateError): boolean {
  return code === "storage" && !(cause instanceof Error && cause.name === "S3Failure" && connectionProblem(cause));
}

/** A state that was kept is newer than the recorded one: a change that is made from that would do things twice. */
export function refuseOverKept(id: string, work: string): void {
  if (keptState(work)) throw new InfraError([keptProblem(id, escapeFile(work))]);
}

/** Says that a state is kept, and how it is recorded. */
export function keptProblem(id: string, file: string): Problem {
  return {
    message: `a state of ${id} that could not be recorded is kept, encrypted, in ${file}`,
    remedy: `Record it before anything else is changed: infra state push ${id}`,
  };
}

import { InfraError } from "@infra/inventory";
import { connectionProblem } from "@infra/io";

/**
 * Why a tier gave no value. `unavailable`: it could not be asked (refused connection, sealed, timeout), so the next tier is asked.
 * `not-found` and `denied` are answers, and `wrong` is anything else; they stop the run.
 */
export type FailureKind = "unavailable" | "denied" | "not-found" | "wrong";

/** Says that a tier gave no value, and why. It never holds a value. */
export class SecretFailure extends InfraError {
  constructor(
    readonly kind: FailureKind,
    /** What is the case, in a clause: `connection refused`. */
    readonly reason: string,
    readonly remedy: string,
  ) {
    super([{ message: reason, remedy }]);
  }
}

/** The tier could not be asked. */
export function unavailable(reason: string, remedy = "Start it, or correct its address"): SecretFailure {
  return new SecretFailure("unavailable", reason, remedy);
}

/** The tier knows who asks, or doubts it, and refuses. */
export function denied(reason: string, remedy: string): SecretFailure {
  return new SecretFailure("denied", reason, remedy);
}

/** The tier answered that it has no such value. */
export function notFound(reason: string, remedy: string): SecretFailure {
  return new SecretFailure("not-found", reason, remedy);
}

/** The tier gave an answer that can't be used. */
export function wrong(reason: string, remedy: string): SecretFailure {
  return new SecretFailure("wrong", reason, remedy);
}

/** Why a connection failed, without what was sent over it. */
export function connectionFailure(error: unknown, timeout: number): SecretFailure {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (error instanceof Error && error.name === "TimeoutError")
    return unavailable(`no answer within ${String(timeout / 1000)} s`);
  const problem = connectionProblem(error);
  // A certificate that does not fit may be somebody else's server: that is not "down".
  if (problem && !problem.reason.startsWith("its certificate")) return unavailable(problem.reason, problem.remedy);
  const reason = problem?.reason ?? `the connection failed: ${cause instanceof Error ? cause.message : String(cause)}`;
  return wrong(reason, problem?.remedy ?? "Check its address and its certificate");
}

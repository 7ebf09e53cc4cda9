import { InfraError } from "@infra/core/inventory";

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
  const { code, name } = cause as { code?: unknown; name?: unknown };
  const known: Record<string, string> = {
    ECONNREFUSED: "connection refused",
    ECONNRESET: "connection reset",
    ENOTFOUND: "its name is not known",
    EAI_AGAIN: "its name could not be looked up",
    EHOSTUNREACH: "no route to it",
    ENETUNREACH: "no route to it",
    TimeoutError: `no answer within ${String(timeout / 1000)} s`,
    UND_ERR_CONNECT_TIMEOUT: "no connection in time",
    UND_ERR_SOCKET: "the connection was cut",
    EPIPE: "the connection was cut",
  };
  const key = [code, name].map(String).find((each) => each in known);
  if (key !== undefined) return unavailable(known[key] ?? key);
  // A certificate that does not fit may be somebody else's server: that is not "down".
  const reason = cause instanceof Error ? cause.message : String(cause);
  return wrong(`the connection failed: ${reason}`, "Check its address and its certificate");
}

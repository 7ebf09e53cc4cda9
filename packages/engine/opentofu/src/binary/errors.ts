import { InfraError } from "@infra/inventory";

/** Which rule an {@link EngineError} is about; stable, for machines. */
export type EngineErrorCode = "not-runnable" | "too-old" | "unreachable" | "checksum" | "no-release" | "not-found";

/** The engine's binary can't be found, run or installed: the message says value and rule, the remedy what to do. */
export class EngineError extends InfraError {
  constructor(
    /** Which rule was broken. */
    readonly code: EngineErrorCode,
    /** The value and the rule it breaks, in one sentence without a full stop. */
    readonly problem: string,
    /** What to do, in one sentence. */
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super([{ message: problem, remedy }], options);
    this.name = "EngineError";
  }
}

/** Is it an {@link EngineError} with one of these codes? */
export function isEngineError(error: unknown, ...codes: readonly EngineErrorCode[]): error is EngineError {
  return error instanceof EngineError && codes.includes(error.code);
}

/** The program that INFRA_ENGINE names can't be run. */
export function engineNotRunnable(file: string, cause: unknown): EngineError {
  return new EngineError(
    "not-runnable",
    `INFRA_ENGINE: ${JSON.stringify(file)} is not a runnable OpenTofu or Terraform (${reasonOf(cause)})`,
    "Set it to the path of a tofu or terraform executable, or unset it.",
    { cause },
  );
}

/** The program that INFRA_ENGINE names is older than what the runs need. */
export function engineTooOld(file: string, found: string, least: string): EngineError {
  return new EngineError(
    "too-old",
    `INFRA_ENGINE: ${JSON.stringify(file)} is version ${found}, at least ${least} is needed`,
    "Set it to a newer executable, or unset it.",
  );
}

/** A server doesn't answer, doesn't have the file, or broke off. */
export function downloadFailed(url: string, cause: unknown): EngineError {
  return new EngineError(
    "unreachable",
    `${url} could not be downloaded (${reasonOf(cause)})`,
    "Check the network and the proxy settings (HTTPS_PROXY, NO_PROXY).",
    { cause },
  );
}

/** What was downloaded is not what its publisher says. */
export function checksumMismatch(url: string, found: string, expected: string): EngineError {
  return new EngineError(
    "checksum",
    `${url} has the checksum ${found}, its publisher says ${expected}`,
    "Nothing was installed; try again, and if it stays so, find out who changes your downloads.",
  );
}

/** There is no official release for this machine, or its archive holds something else. */
export function noRelease(version: string, detail: string): EngineError {
  return new EngineError(
    "no-release",
    `OpenTofu ${version}: ${detail}`,
    "Install tofu yourself and put it on PATH, or set INFRA_ENGINE to its path.",
  );
}

/** No engine is installed, and the pinned one can't be had from here. */
export function engineNotFound(version: string, cause: Error): EngineError {
  return new EngineError(
    "not-found",
    `No engine: neither tofu nor terraform is on PATH, and OpenTofu ${version} could not be installed: ${problemOf(cause)}`,
    'Run "make toolchain" in the infra repository (it needs only the Go module proxy), install tofu on PATH, ' +
      "or set INFRA_ENGINE to the path of a tofu or terraform.",
    { cause },
  );
}

function problemOf(error: Error): string {
  return error instanceof EngineError ? error.problem : error.message;
}

/** The innermost message: network errors wrap the reason in "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return error.message.split("\n")[0] || error.name;
}

import { InfraError } from "@infra/inventory";

/** Says that a platform refused something, or gave no usable answer. It never holds a token. */
export class PlatformError extends InfraError {
  constructor(
    message: string,
    remedy: string,
    /** HTTP status. @default - no answer came */
    readonly status?: number,
    /** May it have been done all the same? Then look before it is done again. */
    readonly uncertain = false,
  ) {
    super([{ message, remedy }]);
  }
}

/** Says that there is nothing to speak to: no platform, no token or no pull request. */
export class NotPossible extends InfraError {
  constructor(message: string, remedy: string) {
    super([{ message, remedy }]);
  }
}

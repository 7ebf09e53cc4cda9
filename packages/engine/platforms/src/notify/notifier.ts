import type { NotifiedEvent, SecretReference } from "@infra/inventory";
import type { Notice } from "./notice.js";

/** Somebody who is told of runs. */
export interface Notifier {
  readonly events: readonly NotifiedEvent[];
  /** @throws Error when the message is not taken; it holds no secret that was not given to the mask */
  send(notice: Notice): Promise<void>;
}

/** Gives the values of secrets. */
export type Reveal = (secret: SecretReference) => Promise<string>;

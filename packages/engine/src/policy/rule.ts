import type { ProviderName } from "@infra/core";
import type { Plan, PlannedResource } from "./plan.js";

/** What a rule refuses. */
export interface Finding {
  /** The rule: one of ours, or the id of a check of Checkov. */
  readonly rule: string;
  /** Address of the resource. */
  readonly address: string;
  /** What is wrong, one sentence without a full stop. */
  readonly message: string;
  /** What to do, imperative, without a full stop. */
  readonly remedy: string;
}

/** What is wrong with a resource. */
export type Objection = Pick<Finding, "message" | "remedy">;

/** Something that no deployment may have. */
export interface Rule {
  /** Its name: lower-case words with dashes. */
  readonly id: string;
  /** What must hold, one sentence without a full stop. */
  readonly demands: string;
  /** What goes wrong where it does not hold, one sentence without a full stop. */
  readonly why: string;
  /** The resource types that it looks at, by cloud. */
  readonly types: Readonly<Partial<Record<ProviderName, readonly string[]>>>;
  /** Looks at a resource of one of the types. */
  readonly check: (resource: PlannedResource, plan: Plan) => readonly Objection[];
}

import type { Problem, ProviderName } from "@infra/inventory";
import type { Plan, PlannedResource } from "./plan.js";

/** What a rule refuses: a problem of a resource. */
export interface Finding extends Problem {
  /** The rule: one of ours, or the id of a check of Checkov. */
  readonly rule: string;
  /** How grave it is, in the words of SARIF. */
  readonly level: "error";
  /** Address of the resource. */
  readonly address: string;
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

export { type CheckOptions, checkPlans } from "./check.js";
export { type CheckovFailure, type CheckovOptions, runCheckov } from "./checkov.js";
export { type CheckovChecks, checkovChecks } from "./checkov-checks.js";
export type { Plan, PlanInput, PlannedResource } from "./plan.js";
export type { Finding, Objection, Rule } from "./rule.js";
export { rules } from "./rules/index.js";
export type { Value } from "./value.js";

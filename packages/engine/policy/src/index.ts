export { type CheckOptions, checkPlans } from "./check.js";
export { type CheckovChecks, checkovChecks } from "./checkov-checks.js";
export { type CheckovFailure, type CheckovOptions, runCheckov } from "./checkov.js";
export type { Plan, PlanInput, PlannedResource } from "./plan.js";
export { withoutSensitive } from "./redact.js";
export type { Finding, Objection, Rule } from "./rule.js";
export { rules } from "./rules/index.js";
export { Value } from "./value.js";

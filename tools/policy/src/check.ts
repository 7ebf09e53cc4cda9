import { runCheckov, type CheckovFailure } from "./checkov.js";
import { checkovChecks } from "./checkov-checks.js";
import { type Plan, type PlanInput, readPlan } from "./plan.js";
import type { Finding } from "./rule.js";
import { rules } from "./rules/index.js";

/**
 * Checks plans against all rules: ours, and the chosen checks of Checkov, which runs once for all plans.
 *
 * @returns the findings of each plan, in the same order; where Checkov and a rule of ours refuse the same, Checkov's is kept
 * @throws Error when an input is no plan, or Checkov cannot be had
 */
export async function checkPlans(inputs: readonly PlanInput[]): Promise<Finding[][]> {
  const plans = inputs.map(readPlan);
  const failures = await runCheckov(inputs.map(({ plan }) => plan));
  return plans.map((plan, index) => {
    const ofCheckov = findingsOfCheckov(plan, failures[index] ?? []);
    const known = new Set(ofCheckov.map(({ promise, address }) => `${promise} ${address}`));
    const own = ownFindings(plan).filter(({ rule, address }) => !known.has(`${rule} ${address}`));
    return [...ofCheckov.map(({ rule, address, message, remedy }) => ({ rule, address, message, remedy })), ...own];
  });
}

/** What our own rules refuse. */
export function ownFindings(plan: Plan): Finding[] {
  return rules.flatMap(({ id, types, check }) =>
    plan.resources
      .filter(({ provider, type }) => provider && types[provider]?.includes(type))
      .flatMap((resource) =>
        check(resource, plan).map((objection) => ({ rule: id, address: resource.address, ...objection })),
      ),
  );
}

function findingsOfCheckov({ isProtected }: Plan, failures: readonly CheckovFailure[]) {
  return failures.flatMap(({ id, address }) => {
    const found = checkovChecks.find(({ ids }) => ids.includes(id));
    if (!found || (found.onlyProtected && !isProtected)) return [];
    const { promise, message, remedy } = found;
    return [{ promise, rule: id, address, message, remedy }];
  });
}

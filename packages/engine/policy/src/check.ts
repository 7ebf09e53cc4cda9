import { type CheckovFailure, type CheckovOptions, runCheckov } from "./checkov.js";
import { checkovChecks } from "./checkov-checks.js";
import { type Plan, type PlanInput, readPlan } from "./plan.js";
import type { Finding } from "./rule.js";
import { rules } from "./rules/index.js";

/** What else looks at plans. */
export interface CheckOptions extends CheckovOptions {
  /** Path of Checkov, which runs once for all plans. @default - only our rules are asked */
  readonly checkov?: string | undefined;
}

/**
 * Checks plans against our rules, and the chosen checks of Checkov.
 *
 * @returns the findings of each plan, in the same order: one per promise and address, Checkov's before ours
 * @throws Error when an input is no plan, or Checkov fails
 */
export async function checkPlans(
  inputs: readonly PlanInput[],
  { checkov, ...options }: CheckOptions = {},
): Promise<Finding[][]> {
  const plans = inputs.map(readPlan);
  const shown = inputs.map(({ plan }) => plan);
  const failures = checkov === undefined ? [] : await runCheckov(checkov, shown, options);
  return plans.map((plan, index) => {
    const ofCheckov = findingsOfCheckov(plan, failures[index] ?? []);
    const own = ownFindings(plan).filter(({ rule, address }) => !ofCheckov.has(`${rule} ${address}`));
    return [...ofCheckov.values(), ...own];
  });
}

/** What our own rules refuse. */
export function ownFindings(plan: Plan): Finding[] {
  return rules.flatMap(({ id, types, check }) =>
    plan.resources
      .filter(({ provider, type }) => provider && types[provider]?.includes(type))
      .flatMap((resource) =>
        check(resource, plan).map((objection): Finding => ({
          rule: id,
          level: "error",
          address: resource.address,
          ...objection,
        })),
      ),
  );
}

/** What Checkov refuses, by promise and address: several of its checks may say the same. */
function findingsOfCheckov({ isProtected }: Plan, failures: readonly CheckovFailure[]): Map<string, Finding> {
  const findings = new Map<string, Finding>();
  for (const { id: rule, address } of failures) {
    const found = checkovChecks.find(({ ids }) => ids.includes(rule));
    const key = `${found?.promise ?? ""} ${address}`;
    if (!found || (found.onlyProtected && !isProtected) || findings.has(key)) continue;
    findings.set(key, { rule, level: "error", address, message: found.message, remedy: found.remedy });
  }
  return findings;
}

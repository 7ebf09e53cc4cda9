import type { Deployment, Problem } from "@infra/inventory";
import { amountText, type DeploymentCost, difference, type Money, sumOf } from "@infra/cost";
import type { DeploymentResult } from "@infra/results";

/** The limits of the inventory that the deployments of a run exceed together, each environment by itself. */
export function costProblems(results: readonly DeploymentResult[], deployments: readonly Deployment[]): Problem[] {
  const environments = [...new Set(deployments.map(({ environment }) => environment))];
  return environments.flatMap((environment) => {
    const limited = deployments.find((each) => each.environment === environment && each.settings.cost !== undefined);
    const costs = results.flatMap((result) => (result.environment === environment && result.cost ? [result.cost] : []));
    return limited ? exceeded(environment, limited, costs) : [];
  });
}

function exceeded(environment: string, { settings, settingPlaces }: Deployment, costs: readonly DeploymentCost[]) {
  const after = sumOf(costs.map((cost) => cost.after));
  const increase = difference(after, sumOf(costs.map((cost) => cost.before)));
  const { monthly: most = Infinity, increase: mostMore = Infinity } = settings.cost ?? {};
  const place = settingPlaces.cost ? { place: settingPlaces.cost } : {};
  const problem = (message: string, key: string): Problem => ({
    message,
    remedy: `Make it smaller, or raise cost.${key}`,
    path: `cost.${key}`,
    ...place,
  });
  return [
    ...above(after, most).map(([currency, value]) =>
      problem(
        `${environment} would cost ${amountText(currency, value)} per month, more than ${most.toFixed(2)}`,
        "monthly",
      ),
    ),
    ...above(increase, mostMore).map(([currency, value]) =>
      problem(
        `${environment} would cost ${amountText(currency, value)} per month more than now, above ${mostMore.toFixed(2)}`,
        "increase",
      ),
    ),
  ];
}

function above(amounts: Money, limit: number): [string, number][] {
  // Half a cent more is the noise of sums.
  return Object.entries(amounts).filter(([, value]) => value > limit + 0.005);
}

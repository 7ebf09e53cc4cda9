import { type Deployment, infraError, parseJson } from "@infra/inventory";
import { deploymentCostSchema, type DeploymentCost, type Money, renderResources, type ResourceCost } from "@infra/cost";
import { z } from "zod";
import { type DeploymentResult, noChanges, type RunResult } from "@infra/results";
import { costProblems } from "@infra/engine";

const baseSchema = z.object({
  results: z.array(
    z.object({
      id: z.string(),
      environment: z.string(),
      name: z.string(),
      stack: z.string(),
      provider: z.string(),
      cost: deploymentCostSchema.optional(),
    }),
  ),
});

/** What costs are compared with: an earlier run of `infra cost`. */
export interface CostBase {
  readonly results: readonly Pick<DeploymentResult, "id" | "environment" | "name" | "stack" | "provider" | "cost">[];
}

/** Reads what `infra cost --json` printed. @throws InfraError when it is something else */
export function parseCostBase(text: string, file: string): CostBase {
  const parsed = baseSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw infraError(`${file} is no result of infra cost`, "Write it: infra cost --json > <file>");
}

/**
 * The costs of a run, with what a base costs in the place of what is applied now. Limits hold for the difference to the base.
 *
 * @param deployments Of the run, with their limits
 * @param removed Are deployments of the base that the run does not have gone? Otherwise they were not asked for.
 */
export function compareCosts(
  result: RunResult,
  base: CostBase,
  deployments: readonly Deployment[],
  removed: boolean,
): RunResult {
  const known = new Map(base.results.map((each) => [each.id, each]));
  const present = result.results.map((each) => comparedWith(each, known.get(each.id)));
  const ids = new Set(result.results.map(({ id }) => id));
  const gone = removed ? base.results.filter(({ id }) => !ids.has(id)).map(goneResult) : [];
  const results = [...present, ...gone];
  const problems = costProblems(results, deployments);
  const failed = problems.length > 0 || results.some(({ status }) => status === "failed");
  return {
    ...result,
    results,
    // The limits hold for the difference to the base, whatever the run found of its own.
    ...(problems.length > 0 || result.problems ? { problems } : {}),
    exitCode: failed ? 1 : 0,
  };
}

type BaseResult = CostBase["results"][number];

function comparedWith(result: DeploymentResult, base: BaseResult | undefined): DeploymentResult {
  const { cost, notes } = result;
  if (!cost) return result;
  if (base && !base.cost) {
    const note = "the base has no plan of it, so the change is not known and not counted";
    return { ...withCost(result, { ...cost, before: cost.after }), notes: [...notes, note] };
  }
  return withCost(result, difference(cost, base?.cost));
}

function withCost(result: DeploymentResult, cost: DeploymentCost): DeploymentResult {
  return { ...result, cost, text: renderResources(cost) };
}

function difference(cost: DeploymentCost, base: DeploymentCost | undefined): DeploymentCost {
  const was = new Map(base?.resources.map((each) => [each.address, each]));
  const present = cost.resources.map((each) => ({ ...each, before: was.get(each.address)?.after ?? 0 }));
  const addresses = new Set(present.map(({ address }) => address));
  const gone = (base?.resources ?? []).filter(({ address }) => !addresses.has(address)).map(removedResource);
  return { ...cost, before: base?.after ?? {}, resources: [...present, ...gone] };
}

function removedResource(resource: ResourceCost): ResourceCost {
  return { ...resource, before: resource.after, after: 0 };
}

/** A deployment that the base has and the run has not: its costs end. */
function goneResult({ cost, ...known }: BaseResult): DeploymentResult {
  const nothing: Money = Object.fromEntries(Object.keys(cost?.after ?? {}).map((currency) => [currency, 0]));
  const shared = { counts: noChanges, changes: [], seconds: 0, problems: [], text: "" };
  const notes = ["is not in the inventory any more"];
  if (!cost) return { ...known, ...shared, status: "done", notes };
  const resources = cost.resources.map(removedResource);
  return {
    ...known,
    ...shared,
    status: "done",
    notes,
    cost: { ...cost, before: cost.after, after: nothing, resources },
  };
}

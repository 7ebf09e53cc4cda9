import type { DeploymentResult, ResourceChange } from "@infra/results";

/** What a reader of a summary wants to know of a deployment, in one word. */
export type Group = "destructive" | "changed" | "waiting" | "unchanged" | "failed";

/** The group of a deployment: destructive when it deletes or replaces something. */
export function groupOf({ status, counts }: Pick<DeploymentResult, "status" | "counts">): Group {
  if (status === "failed" || status === "waiting") return status;
  if (counts.delete + counts.replace > 0) return "destructive";
  return status === "changed" || status === "applied" ? "changed" : "unchanged";
}

/** The order of groups on a terminal, where what stands last is seen first. */
export const terminalOrder: readonly Group[] = ["destructive", "changed", "waiting", "unchanged", "failed"];

/** The order of groups on a page, which is read from its top. */
export const pageOrder: readonly Group[] = ["destructive", "changed", "failed", "waiting", "unchanged"];

/** Results by group in an order, those of a group by id. */
export function sortByGroup<T extends DeploymentResult>(results: readonly T[], order: readonly Group[]): T[] {
  const rank = (result: T) => order.indexOf(groupOf(result));
  return [...results].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
}

const losses: readonly ResourceChange["action"][] = ["delete", "replace", "update", "create"];

/** Changes of resources, what is lost first; otherwise in their order. */
export function sortByLoss(changes: readonly ResourceChange[]): ResourceChange[] {
  return [...changes].sort((a, b) => losses.indexOf(a.action) - losses.indexOf(b.action));
}

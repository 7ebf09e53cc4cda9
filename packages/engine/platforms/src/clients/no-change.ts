import type { DeploymentResult } from "@infra/results";
import type { CommitStatus } from "./platform.js";

/** What is known of the plans of a commit. */
export interface Plans {
  readonly results: readonly Pick<DeploymentResult, "id" | "status">[];
  /** Were they made with the mock provider? */
  readonly offline: boolean;
}

/** What plans have to be. */
export interface Expectations {
  /** Ids of deployments that must have been planned. @default - those that were, at least one */
  readonly deployments?: readonly string[];
  /** Do plans that were made offline count? @default false */
  readonly offline?: boolean;
}

/**
 * How a commit is to be marked after its plans: `success` only when every deployment was planned and is unchanged, `failure` when a plan
 * failed or is missing. Changes are no failure: the mark stays `pending`, and whoever waits for it waits for a person.
 */
export function noChange(
  { results, offline }: Plans,
  { deployments, offline: offlineCounts = false }: Expectations,
): Pick<CommitStatus, "state" | "description"> {
  const byId = new Map(results.map(({ id, status }) => [id, status]));
  const wanted = deployments ?? [...byId.keys()];
  const missing = wanted.filter((id) => !byId.has(id));
  const failed = wanted.filter((id) => byId.get(id) === "failed");
  const open = wanted.filter((id) => !["unchanged", "failed", undefined].includes(byId.get(id)));
  const of = `of ${counted(wanted.length)}`;
  if (deployments === undefined && wanted.length === 0) return failure("nothing was planned");
  if (missing.length > 0) return failure(`${named(missing)} ${of} not planned`);
  if (failed.length > 0) return failure(`${named(failed)} ${of} failed`);
  if (offline && !offlineCounts) return failure("the plans are offline: they know nothing of the cloud");
  if (open.length > 0) return { state: "pending", description: `${named(open)} ${of} changes; a person decides` };
  return {
    state: "success",
    description: wanted.length === 0 ? "no deployment is affected" : `${counted(wanted.length)} unchanged`,
  };
}

function failure(description: string): Pick<CommitStatus, "state" | "description"> {
  return { state: "failure", description };
}

function counted(count: number): string {
  return count === 1 ? "1 deployment" : `${String(count)} deployments`;
}

function named(ids: readonly string[]): string {
  return ids.length === 1 ? (ids[0] ?? "") : String(ids.length);
}

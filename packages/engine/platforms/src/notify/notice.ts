import type { NotifiedEvent } from "@infra/inventory";
import type { DriftIssue, IssueChange } from "../drift/issues.js";
import { countsText, plainLine } from "@infra/report";
import { type DeploymentResult, problemsIn, type RunResult } from "@infra/results";

/** One thing that happened to one deployment. */
export interface Happening {
  readonly event: NotifiedEvent;
  /** `production/compute`. */
  readonly deployment: string;
  /** What happened, in some words. */
  readonly text: string;
  /** Page of the issue. @default - none */
  readonly url?: string;
}

/** What notifiers are told of a run. */
export interface Notice {
  readonly product: string;
  readonly verb: string;
  /** Did the mock provider stand in for the clouds? */
  readonly offline: boolean;
  readonly happenings: readonly Happening[];
  /** Page of the pipeline. @default - it runs in none */
  readonly url?: string;
}

const events: Partial<Record<IssueChange, NotifiedEvent>> = {
  opened: "drift",
  reopened: "drift",
  updated: "drift",
  closed: "healed",
  gone: "healed",
};

/**
 * What is worth telling of a run. With issues, drift is told when its issue is opened, reopened, updated or closed: once for each change
 * of the situation, however often it is looked at. Without, it is told each time.
 */
export function happeningsOf({ verb, results }: RunResult, issues?: readonly DriftIssue[]): Happening[] {
  const failed = results.filter(({ status }) => status === "failed").map(failure);
  if (verb !== "drift") return [...results.filter(({ status }) => status === "applied").map(done), ...failed];
  if (!issues) return [...results.filter(({ status }) => status === "changed").map(drifted), ...failed];
  const byId = new Map(results.map((result) => [result.id, result]));
  const told = issues.flatMap(({ deployment, change, url }): Happening[] => {
    const event = events[change];
    const result = byId.get(deployment);
    if (!event) return [];
    const text = change === "gone" ? "no longer in the inventory" : "no drift any more";
    return [{ ...(event === "drift" && result ? drifted(result) : { event, deployment, text }), url }];
  });
  // Without an issue nobody knows whether it is new.
  const issued = new Set(issues.map(({ deployment }) => deployment));
  const unissued = results.filter(({ status, id }) => status === "changed" && !issued.has(id)).map(drifted);
  return [...told, ...unissued, ...failed];
}

function drifted({ id, counts }: DeploymentResult): Happening {
  return { event: "drift", deployment: id, text: countsText("drift", counts) };
}

function done({ id, counts }: DeploymentResult): Happening {
  return { event: "applied", deployment: id, text: countsText("apply", counts) || "only outputs changed" };
}

function failure(result: DeploymentResult): Happening {
  const [problem] = problemsIn(result);
  return { event: "failed", deployment: result.id, text: plainLine(problem?.message ?? "it failed", 300) };
}

/** `acme: drift in 2 deployments, 1 failed` */
export function headline({ product, verb, offline, happenings }: Notice): string {
  const count = (event: NotifiedEvent) => happenings.filter((each) => each.event === event).length;
  const words: Record<NotifiedEvent, string> = {
    drift: "with drift",
    healed: "without drift again",
    failed: `failed in ${verb}`,
    applied: verb === "destroy" ? "destroyed" : "applied",
  };
  const parts = (Object.keys(words) as NotifiedEvent[]).flatMap((event) =>
    count(event) > 0 ? [`${String(count(event))} ${words[event]}`] : [],
  );
  return `${product}: ${parts.join(", ") || "a test"}${offline ? " (offline)" : ""}`;
}

/** A line per happening. */
export function lines({ happenings }: Notice): string[] {
  return happenings.map(({ event, deployment, text, url }) =>
    [`${event}: ${deployment}: ${text}`, ...(url === undefined ? [] : [url])].join(" "),
  );
}

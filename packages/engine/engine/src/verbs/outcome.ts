import type { Problem } from "@infra/inventory";
import type { DeploymentCost } from "@infra/cost";
import type { Finding } from "@infra/policy";
import type { Counts, ResourceChange, Status } from "@infra/results";

/** What a verb finds out about one deployment. */
export interface Outcome {
  readonly status: Status;
  readonly counts?: Counts;
  readonly changes?: readonly ResourceChange[];
  readonly ignored?: readonly ResourceChange[];
  readonly problems?: readonly Problem[];
  readonly findings?: readonly Finding[];
  readonly warnings?: readonly Problem[];
  readonly notes?: readonly string[];
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly cost?: DeploymentCost;
  readonly text?: string;
}

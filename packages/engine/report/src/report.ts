import type { DeploymentResult, Origin, RunResult } from "@infra/results";

/** Why a deployment is affected: a file of the inventory that changed, a package that did, or the lockfile, when more can't be told. */
export type Cause =
  | { readonly kind: "file"; readonly file: string }
  | { readonly kind: "package"; readonly name: string; readonly before?: string; readonly after?: string }
  | { readonly kind: "lockfile"; readonly file: string };

/** One deployment of a report. */
export interface ReportedDeployment extends DeploymentResult {
  /** @default - not known: the report was made from the JSON of a run */
  readonly origin?: Origin;
  /** @default - not asked for */
  readonly causes?: readonly Cause[];
}

/** Everything that a report shows, in whatever format. */
export interface Report extends RunResult {
  readonly results: readonly ReportedDeployment[];
  /** Did the mock provider stand in for the clouds? */
  readonly offline: boolean;
  /** Git commit that the run worked on. @default - not known */
  readonly commit?: string;
  /** When the last deployment was done, ISO 8601. @default - not known */
  readonly time?: string;
}

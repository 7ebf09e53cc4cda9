import { formatProblem, type Problem } from "@infra/inventory";
import type { DeploymentCost } from "@infra/cost";
import type { Finding } from "@infra/policy";

/** What can be done to deployments. */
export const verbs = ["synth", "validate", "policy", "plan", "apply", "destroy", "drift", "cost", "output"] as const;

/** One of the things that can be done to deployments. */
export type Verb = (typeof verbs)[number];

/** How many resources a plan creates, updates in place, replaces and deletes. */
export interface Counts {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
}

/** What happens to one resource, and which part of the inventory asks for it. */
export interface ResourceChange {
  /** Resource address: `hcloud_server.compute_web_1`. */
  readonly address: string;
  readonly action: "create" | "update" | "replace" | "delete";
  /** `inventory/production/compute.yaml:14`. @default - the resource is no longer in the inventory */
  readonly place?: string;
  /** Attributes that change, with their values before and after. @default - not looked at: the whole resource comes or goes */
  readonly attributes?: readonly AttributeChange[];
}

/** A change of one attribute; sensitive values are replaced by a mark. */
export interface AttributeChange {
  /** Path inside the resource: `network.0.ip`. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/**
 * How a deployment ended: `unchanged`, `changed` (a plan or drift found changes), `applied`, `waiting` (for an output of a
 * deployment that was never applied), `failed`, or `done` for verbs that change nothing.
 */
export type Status = "unchanged" | "changed" | "applied" | "waiting" | "failed" | "done";

/** What came of one deployment. */
export interface DeploymentResult {
  /** `production/compute`. */
  readonly id: string;
  readonly environment: string;
  readonly name: string;
  readonly stack: string;
  readonly provider: string;
  readonly status: Status;
  readonly counts: Counts;
  readonly changes: readonly ResourceChange[];
  /** Changes outside that the inventory ignores, with the ignored attributes alone. @default - none */
  readonly ignored?: readonly ResourceChange[];
  /** Wall time, in seconds. */
  readonly seconds: number;
  /** Everything that went wrong, with its place in the inventory. */
  readonly problems: readonly Problem[];
  /** What the policy refuses, for the verb `policy`. @default - nothing */
  readonly findings?: readonly Finding[];
  /** What will go wrong some day, with its place in the inventory: an image whose support ends. @default - nothing */
  readonly warnings?: readonly Problem[];
  /** Things that the user should know and that are not wrong, such as the takeover of a dead run's lock. */
  readonly notes: readonly string[];
  /** Values of the outputs, for the verb `output`. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** What it costs per month, for the verb `cost`. */
  readonly cost?: DeploymentCost;
  /** What a person wants to see of this deployment, without colours. */
  readonly text: string;
}

/** What came of a run over several deployments. */
export interface RunResult {
  readonly verb: Verb;
  readonly results: readonly DeploymentResult[];
  /** What the user should know of the run as a whole, such as credentials that could not be revoked. @default - nothing */
  readonly notes?: readonly string[];
  /** What is wrong with the run as a whole, such as costs above a limit. @default - nothing */
  readonly problems?: readonly Problem[];
  /** Did the mock provider stand in for the clouds? @default false */
  readonly offline?: boolean;
  /** 0: no change; 1: something failed; 2: there are changes. */
  readonly exitCode: 0 | 1 | 2;
}

/** The exit code of a run. */
export function exitCodeOf(verb: Verb, results: readonly Pick<DeploymentResult, "status">[]): RunResult["exitCode"] {
  if (results.some(({ status }) => status === "failed")) return 1;
  const changes = results.some(({ status }) => status === "changed" || status === "waiting");
  return changes && (verb === "plan" || verb === "drift") ? 2 : 0;
}

/** Everything that is wrong with a deployment, for a person: its problems, and what the policy refuses, with resource and rule. */
export function problemsIn({ problems, findings = [] }: Pick<DeploymentResult, "problems" | "findings">): Problem[] {
  const refused = findings.map(({ rule, address, message, remedy, place }): Problem => ({
    message: `${address}: ${message} (${rule})`,
    remedy,
    ...(place ? { place } : {}),
  }));
  return [...problems, ...refused];
}

/** What is said below a deployment's result, for a person: its warnings with their places, and its notes. */
export function remarksOf({ warnings = [], notes }: Pick<DeploymentResult, "warnings" | "notes">): string[] {
  return [...warnings.map((warning) => `warning: ${formatProblem(warning)}`), ...notes];
}

/** How far the changes of one deployment are. */
export interface ResourceProgress {
  /** `production/compute`. */
  readonly id: string;
  /** Resources that were changed. */
  readonly done: number;
  /** Resources that the plan changes. */
  readonly total: number;
}

/** What is to be done. */
export interface RunRequest {
  readonly verb: Verb;
  /** Folder of the inventory. */
  readonly inventory: string;
  /** Root of the workspace: run data goes to `<root>/.infra`, the local state to `<root>/state`. */
  readonly root: string;
  /** Ids such as `production/compute`. @default - all */
  readonly deployments?: readonly string[];
  /** Plans the removal of everything that the deployments own; only for `plan`. @default false */
  readonly destroy?: boolean;
  /** Chooses kinds of servers and images by the tables of now, whatever is deployed; only for `plan`. @default false */
  readonly reselect?: boolean;
  /** Runs against the mock provider: no account, no credentials. @default false */
  readonly offline?: boolean;
  /** Applies and destroys without asking. @default false */
  readonly yes?: boolean;
  /** Applies only what was planned before: a deployment that changes and has no saved plan is refused. @default false */
  readonly planned?: boolean;
  /** Asks whether the changes of a deployment shall be made. @default - refused unless `yes` */
  readonly confirm?: (result: Pick<DeploymentResult, "id" | "text">) => Promise<boolean>;
  /** How many deployments are worked on at once. @default - the number of processors */
  readonly parallelism?: number;
  /** Stops the run: engines under way end cleanly, nothing new starts. */
  readonly signal?: AbortSignal;
  /** Aborted after that: engines are not waited for any more. What they wrote is recorded, and locks are released. @default - they are */
  readonly abandon?: AbortSignal;
  /** Called once, with the ids of all deployments of the run. */
  readonly onBegin?: (ids: readonly string[]) => void;
  /** Called when a deployment begins. */
  readonly onStart?: (id: string) => void;
  /** Called when an apply or a destroy begins to change resources, and after each one. */
  readonly onResources?: (progress: ResourceProgress) => void;
  /** Called as soon as a deployment is done. */
  readonly onResult?: (result: DeploymentResult) => void;
  /** Environment of the run. @default process.env */
  readonly env?: Readonly<NodeJS.ProcessEnv>;
}

/** No changes at all. */
export const noChanges: Counts = { create: 0, update: 0, replace: 0, delete: 0 };

import {
  findDeploymentFiles,
  InfraError,
  type Inventory,
  loadInventory,
  type Problem,
  type Workspace,
} from "@infra/inventory";
import { type DriftIssue, happeningsOf, keepIssues, type Notice, notifyAll } from "@infra/platforms";
import { hiddenValues, secretsOf } from "@infra/secrets";
import { Mask } from "@infra/io";
import { pipelineUrl } from "@infra/report";
import type { RunResult } from "@infra/results";
import { platformOf } from "./platform-actions.js";
import type { PlatformCommandOptions } from "./platform.js";

/** What is to be done with the results of a run. */
export interface FollowUpOptions extends PlatformCommandOptions {
  /** Keep an issue per deployment that drifts. */
  readonly issues?: boolean;
  /** Tell those whom product.yaml names. */
  readonly notify?: boolean;
}

/** What was done with the results of a run. */
export interface FollowedUp {
  /** @default - not asked for */
  readonly issues?: readonly DriftIssue[];
  /** Names of those who were told. @default - not asked for */
  readonly notified?: readonly string[];
  /** What could not be done. */
  readonly problems: readonly Problem[];
}

/** Does what is wanted with the results of a run. */
export type FollowUp = (result: RunResult) => Promise<FollowedUp>;

/**
 * Looks before a run for what is needed after it, so that a long run does not end with a missing token.
 *
 * @param ids Deployments of the run; all when there are none.
 * @throws InfraError
 */
export function followUp(options: FollowUpOptions, workspace: Workspace, ids: readonly string[]): FollowUp {
  // A deployment that is to be destroyed may have no file any more.
  const withFile = new Set(findDeploymentFiles(workspace.inventory).files.map(({ id }) => id));
  const only = ids.filter((id) => withFile.has(id));
  const inventory = loadInventory(workspace.inventory, only.length > 0 ? { only } : {});
  const platform = options.issues ? platformOf(options).platform : undefined;
  const teller = options.notify && namesSomebody(inventory) ? new Teller(inventory, workspace) : undefined;
  return async (result) => {
    const offline = result.offline ?? false;
    const { product } = inventory;
    const deployments = [...withFile, ...result.results.map(({ id }) => id)];
    const findings = { product, deployments, offline, results: result.results };
    const kept = platform && (await keepIssues(platform, findings).catch(problemsOnly));
    const happenings = happeningsOf(result, kept?.issues);
    const url = pipelineUrl(process.env);
    const notice = { product, verb: result.verb, offline, happenings, ...(url === undefined ? {} : { url }) };
    const notified = teller && (await teller.tell(notice));
    return {
      ...(kept?.issues ? { issues: kept.issues } : {}),
      ...(notified ? { notified: notified.told } : {}),
      problems: [...(kept?.problems ?? []), ...(notified?.problems ?? [])],
    };
  };
}

/** Does product.yaml name anybody to tell? Pipelines of all products want it told, also of those that name nobody. */
export function namesSomebody({ notify = {} }: Inventory): boolean {
  return Object.keys(notify).length > 0;
}

/** A platform that fails does not take the results of the run along. */
function problemsOnly(error: unknown): { readonly issues?: undefined; readonly problems: readonly Problem[] } {
  if (error instanceof InfraError) return { problems: error.problems };
  throw error;
}

/** Tells those whom product.yaml names; their secrets come from the product's secret stores, also in offline runs. */
export class Teller {
  constructor(
    private readonly inventory: Inventory,
    private readonly workspace: Workspace,
  ) {}

  async tell(notice: Notice, test = false) {
    const mask = new Mask(hiddenValues(process.env));
    const secrets = secretsOf(this.inventory, { root: this.workspace.root }, mask);
    const reveal = async (secret: Parameters<typeof secrets.of>[0]) => (await secrets.of(secret)).value;
    try {
      return await notifyAll(this.inventory.notify ?? {}, notice, { reveal, mask, test });
    } finally {
      await secrets.close();
    }
  }
}

/** What was done, a line each. */
export function renderFollowedUp({ issues = [], notified }: FollowedUp): string {
  return [
    ...issues.map(
      ({ deployment, change, number, url }) => `${deployment}: issue ${String(number)} ${words[change]} ${url}`,
    ),
    ...(notified === undefined ? [] : [notified.length > 0 ? `told ${notified.join(", ")}` : "nothing new to tell"]),
  ].join("\n");
}

const words: Record<DriftIssue["change"], string> = {
  opened: "opened",
  reopened: "reopened",
  updated: "updated",
  unchanged: "says so already",
  closed: "closed: no drift any more",
  gone: "closed: no longer in the inventory",
};

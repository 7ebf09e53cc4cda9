import { InfraError, type Problem } from "@infra/inventory";
import { createOnce } from "../clients/create-once.js";
import { markerOf } from "../clients/sticky-comment.js";
import type { Platform, PlatformIssue } from "../clients/platform.js";
import type { DeploymentResult } from "@infra/results";
import { issueBody, issueHead, issueTitle } from "./issue-text.js";

/** The label of all issues about drift. */
export const driftLabel = "infra-drift";

/** What happened to the issue of a deployment: `gone` is closed, since the deployment is no longer in the inventory. */
export type IssueChange = "opened" | "reopened" | "updated" | "unchanged" | "closed" | "gone";

/** The issue of a deployment, after a look at its drift. */
export interface DriftIssue {
  /** `production/compute`. */
  readonly deployment: string;
  readonly change: IssueChange;
  readonly number: number;
  readonly url: string;
}

/** What issues are to say. */
export interface DriftFindings {
  readonly product: string;
  /** Results of the verb drift. Deployments that were not looked at, or whose look failed, keep their issue as it is. */
  readonly results: readonly DeploymentResult[];
  /** Ids of all deployments of the inventory: issues of others are closed. */
  readonly deployments: readonly string[];
  readonly offline: boolean;
}

/**
 * Keeps one issue per deployment that drifts: opened when there is drift, written anew when it changes, closed when it is gone, reopened
 * when it is back. One that fails does not stop the others.
 */
export async function keepIssues(
  platform: Platform,
  findings: DriftFindings,
): Promise<{ readonly issues: readonly DriftIssue[]; readonly problems: readonly Problem[] }> {
  const keeper = new Keeper(platform, findings, await platform.issues(driftLabel));
  const issues: DriftIssue[] = [];
  const problems: Problem[] = [];
  for (const step of keeper.steps()) {
    try {
      const issue = await step();
      if (issue) issues.push(issue);
    } catch (error) {
      if (!(error instanceof InfraError)) throw error;
      problems.push(...error.problems);
    }
  }
  return { issues, problems };
}

type Step = () => Promise<DriftIssue | undefined>;

class Keeper {
  constructor(
    private readonly platform: Platform,
    private readonly findings: DriftFindings,
    private readonly all: readonly PlatformIssue[],
  ) {}

  /** One after the other: platforms slow down who writes much at once. */
  steps(): Step[] {
    const { results, deployments } = this.findings;
    return [
      ...results.map((result) => () => this.keep(result)),
      ...this.all
        .filter(({ open }) => open)
        .flatMap((issue) => {
          const id = this.deploymentOf(issue);
          return id === undefined || deployments.includes(id) ? [] : [() => this.drop(issue, id)];
        }),
    ];
  }

  private async keep(result: DeploymentResult): Promise<DriftIssue | undefined> {
    const { status, id } = result;
    const found = this.find(this.all, id);
    if (status === "changed") return found ? await this.write(found, result) : await this.open(result);
    if (status !== "unchanged" || !found?.open) return undefined;
    await this.close(found, `The drift of \`${id}\` is gone.`);
    return about(id, "closed", found);
  }

  private async open(result: DeploymentResult): Promise<DriftIssue> {
    const issue = { title: issueTitle(result.id), body: this.body(result), label: driftLabel };
    // Nothing is there at first: listing all issues for each would be quadratic. They are listed when an answer was lost.
    let known: readonly PlatformIssue[] | undefined = this.all;
    const find = async () => {
      const issues = known ?? (await this.platform.issues(driftLabel));
      known = undefined;
      return this.find(issues, result.id);
    };
    const { found } = await createOnce(find, () => this.platform.openIssue(issue));
    return about(result.id, "opened", found);
  }

  private async write(found: PlatformIssue, result: DeploymentResult): Promise<DriftIssue> {
    const known = found.body.replaceAll("\r\n", "\n").startsWith(issueHead(this.marker(result.id), result));
    if (found.open && known) return about(result.id, "unchanged", found);
    await this.platform.editIssue(found.number, { body: this.body(result), ...(found.open ? {} : { open: true }) });
    if (found.open) return about(result.id, "updated", found);
    await this.platform.commentIssue(found.number, `\`${result.id}\` drifts again.`);
    return about(result.id, "reopened", found);
  }

  private async drop(issue: PlatformIssue, id: string): Promise<DriftIssue> {
    await this.close(issue, `\`${id}\` is no longer in the inventory, so its drift is not looked at any more.`);
    return about(id, "gone", issue);
  }

  /** The comment comes last: when it fails, nothing is said twice. */
  private async close({ number }: PlatformIssue, comment: string): Promise<void> {
    await this.platform.editIssue(number, { open: false });
    await this.platform.commentIssue(number, comment);
  }

  /** The issue of a deployment: the open one, else the oldest. */
  private find(issues: readonly PlatformIssue[], id: string): PlatformIssue | undefined {
    const own = issues.filter(({ body }) => body.startsWith(this.marker(id)));
    return own.find(({ open }) => open) ?? own[0];
  }

  /** The deployment of this product that an issue is about. */
  private deploymentOf({ body }: PlatformIssue): string | undefined {
    const [, product, id] = /^<!-- infra:drift:([^/\s]+)\/([^\s/]+\/[^\s/]+) -->/.exec(body) ?? [];
    return product === this.findings.product ? id : undefined;
  }

  private marker(id: string): string {
    return markerOf(`drift:${this.findings.product}/${id}`);
  }

  private body(result: DeploymentResult): string {
    const { offline } = this.findings;
    return issueBody(result, { marker: this.marker(result.id), most: this.platform.limits.issue, offline });
  }
}

function about(deployment: string, change: IssueChange, { number, url }: PlatformIssue): DriftIssue {
  return { deployment, change, number, url };
}

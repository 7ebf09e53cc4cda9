import { formatProblem, infraError, loadInventory } from "@infra/inventory";
import { happeningsOf } from "@infra/platforms";
import { collect, pipelineUrl } from "@infra/report";
import { type ReportedVerb, resultsFolder } from "@infra/results";
import {
  type FollowedUp,
  followUp,
  type FollowUpOptions,
  namesSomebody,
  renderFollowedUp,
  Teller,
} from "./follow-up.js";
import { type CommonOptions, print, workspaceOf } from "./options.js";

/** Options of `issues`. */
export interface IssuesOptions extends FollowUpOptions {
  readonly from?: string;
}

/** Keeps the issues of drift from results that were written down. */
export async function issues(options: IssuesOptions): Promise<void> {
  const workspace = workspaceOf(options);
  const { report } = collect(options.from ?? resultsFolder(workspace.root), "drift", process.env);
  if (report.results.length === 0)
    throw infraError(
      "there are no results of infra drift to make issues from",
      "Run infra drift before, or name its results: --from <path>",
    );
  const ids = report.results.map(({ id }) => id);
  finish(options, await followUp({ ...options, issues: true }, workspace, ids)(report));
}

/** Options of `notify`. */
export interface NotifyOptions extends CommonOptions {
  readonly from?: string;
  readonly verb: ReportedVerb;
  readonly test?: boolean;
}

/** Tells those whom product.yaml names what results say, each time; with `--test`, that they can be told. */
export async function notify(options: NotifyOptions): Promise<void> {
  const workspace = workspaceOf(options);
  const inventory = loadInventory(workspace.inventory);
  if (!namesSomebody(inventory)) {
    if (!options.test)
      return print(options, { notified: [], problems: [] }, () => "product.yaml names nobody to notify");
    throw infraError(
      "product.yaml names nobody to notify",
      "Add notify: { chat: { kind: slack, url: secret://… } } to it",
    );
  }
  const teller = new Teller(inventory, workspace);
  const url = pipelineUrl(process.env);
  const shared = { product: inventory.product, verb: options.verb, ...(url === undefined ? {} : { url }) };
  const { report } = collect(options.from ?? resultsFolder(workspace.root), options.verb, process.env);
  const notice = options.test
    ? { ...shared, offline: false, happenings: [] }
    : { ...shared, offline: report.offline, happenings: happeningsOf(report) };
  const { told, problems } = await teller.tell(notice, options.test ?? false);
  finish(options, { notified: told, problems });
}

function finish(options: CommonOptions, done: FollowedUp): void {
  if (done.problems.length > 0) process.exitCode = 1;
  print(options, done, () => renderFollowedUp(done));
  for (const problem of done.problems) process.stderr.write(`${formatProblem(problem)}\n`);
}

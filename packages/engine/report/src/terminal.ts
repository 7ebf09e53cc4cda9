import { formatProblem, formatProblemWithFrame } from "@infra/inventory";
import { renderCosts } from "./costs.js";
import {
  type Counts,
  type DeploymentResult,
  noChanges,
  problemsIn,
  remarksOf,
  renderChanges,
  type RunResult,
  type Verb,
} from "@infra/results";
import { section, table } from "@infra/io";
import { sortByGroup, terminalOrder } from "./groups.js";

/** How a summary is to look. */
export interface RenderOptions {
  /** Colours, for a terminal. */
  readonly colour: boolean;
  /** Says that nothing real was touched, and what that means. */
  readonly offline: boolean;
  /** Shows the lines of the files that problems name; not for results from elsewhere, which may name any file. @default true */
  readonly frames?: boolean;
}

const codes = { create: 32, update: 33, replace: 35, delete: 31, failed: 31, dim: 2, bold: 1 } as const;

/** What changed outside and is ignored, by deployment. */
export function renderIgnored({ results }: RunResult): string {
  return results
    .filter(({ ignored = [] }) => ignored.length > 0)
    .map(({ id, ignored = [] }) => `${id}, ignored\n${renderChanges(ignored, false).replaceAll(/^/gm, "  ")}`)
    .join("\n\n");
}

/** One table of all deployments: changed first, what deletes or replaces before the rest, failures last with their problems below, and the totals. */
export function renderSummary(result: RunResult, { colour, offline, frames = true }: RenderOptions): string {
  if (result.verb === "cost") return renderCosts(result, { colour, offline });
  const paint = (text: string, code: number) => (colour ? `\u001b[${String(code)}m${text}\u001b[0m` : text);
  const { results } = result;
  const sorted = sortByGroup(results, terminalOrder);
  const header = ["environment", "stack", "provider", "status", "+", "~", "±", "-", "time"];
  const [head = "", ...lines] = table([header, ...sorted.map(rowOf)], 4);
  const body = lines.map((line, index) => paintRow(line, sorted[index], paint));
  const failed = sorted.filter(({ status }) => status === "failed");
  const problems = failed.flatMap((each) =>
    problemsIn(each).map((problem) =>
      paint(frames ? formatProblemWithFrame(problem) : formatProblem(problem), codes.failed),
    ),
  );
  const waiting = sorted
    .filter(({ status }) => status === "waiting")
    .flatMap((each) => each.problems.map(formatProblem));
  const notes = [...waiting, ...notesOf(sorted), ...(result.notes ?? [])];
  return [
    paint(head, codes.bold),
    ...body,
    "",
    paint(totals(result), codes.bold),
    ...section(notes),
    ...(offline ? ["", paint(offlineNotice, codes.dim)] : []),
    ...section(problems),
  ].join("\n");
}

/** What an offline run is, for whoever reads its result. */
export const offlineNotice =
  "Offline: the mock provider stood in for the cloud. Names, types, required attributes and references were checked; values, prices\nand quotas only the real provider checks. No account was used and nothing real was changed.";

/** Notes with their deployments; one that several have is said once. */
function notesOf(results: readonly DeploymentResult[]): string[] {
  const ids = new Map<string, string[]>();
  for (const result of results)
    for (const note of remarksOf(result)) ids.set(note, [...(ids.get(note) ?? []), result.id]);
  return [...ids].map(([note, [first = "", ...others]]) =>
    others.length === 0 ? `${first}: ${note}` : `${first} and ${String(others.length)} more: ${note}`,
  );
}

function rowOf({ environment, name, stack, provider, status, counts, seconds }: DeploymentResult): string[] {
  const number = (count: number) => (count === 0 ? "·" : String(count));
  return [
    environment,
    name === stack ? name : `${name} (${stack})`,
    provider,
    status,
    number(counts.create),
    number(counts.update),
    number(counts.replace),
    number(counts.delete),
    `${seconds.toFixed(1)}s`,
  ];
}

function paintRow(
  row: string,
  result: DeploymentResult | undefined,
  paint: (text: string, code: number) => string,
): string {
  if (!result) return row;
  const { status, counts } = result;
  if (status === "failed" || counts.delete > 0 || counts.replace > 0) return paint(row, codes.failed);
  if (status === "unchanged" || status === "done") return paint(row, codes.dim);
  return counts.update > 0 ? paint(row, codes.update) : counts.create > 0 ? paint(row, codes.create) : row;
}

/** What a count stands for, by what was done. */
const wordsOf = {
  planned: { create: "to create", update: "to update", replace: "to REPLACE", delete: "to DELETE" },
  done: { create: "created", update: "updated", replace: "REPLACED", delete: "DELETED" },
  drift: { create: "appeared", update: "changed outside", replace: "REPLACED outside", delete: "DELETED outside" },
} as const;

/** How many deployments ended how, and what changes in all: one sentence. */
export function totals({ verb, results }: Pick<RunResult, "verb" | "results">): string {
  const changed = countsText(verb, sumOf(results));
  const ends = (["changed", "applied", "waiting", "unchanged", "done", "failed"] as const).flatMap((status) => {
    const count = results.filter((result) => result.status === status).length;
    return count > 0 ? [`${String(count)} ${status}`] : [];
  });
  const ignored = results.reduce((total, each) => total + (each.ignored?.length ?? 0), 0);
  const changes = [changed, ignored > 0 ? `${String(ignored)} ignored` : ""].filter(Boolean).join(", ");
  const noun = results.length === 1 ? "deployment" : "deployments";
  const said = [ends.join(", "), changes].filter(Boolean).join("; ");
  return `${String(results.length)} ${noun}${said && `: ${said}`}`;
}

/** The counts of several deployments together. */
export function sumOf(results: readonly Pick<DeploymentResult, "counts">[]): Counts {
  const sum = { ...noChanges };
  for (const { counts } of results) for (const key of kinds) sum[key] += counts[key];
  return sum;
}

/** `1 to create, 2 to DELETE`, in the words of a verb; empty when nothing changes. */
export function countsText(verb: Verb, counts: Partial<Counts>): string {
  const words = wordsOf[verb === "drift" ? "drift" : verb === "apply" || verb === "destroy" ? "done" : "planned"];
  return kinds.flatMap((key) => (counts[key] ? [`${String(counts[key])} ${words[key]}`] : [])).join(", ");
}

const kinds = ["create", "update", "replace", "delete"] as const;

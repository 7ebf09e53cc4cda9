import { formatProblem, formatProblemWithFrame } from "@infra/inventory";
import { amountText, changeText, difference, type Money, sumOf } from "@infra/cost";
import { markdownTable, section, table } from "@infra/io";
import type { RenderOptions } from "./terminal.js";
import { type DeploymentResult, remarksOf, type RunResult } from "@infra/results";

const header = ["environment", "stack", "provider", "monthly", "change", "not counted"];

const offlineCostNotice = "Offline: planned with no account, so nothing was compared with what is real.";

/** A table of what deployments cost per month: the largest change first, failures last; below it what is not counted. */
export function renderCosts(result: RunResult, { colour, offline }: RenderOptions): string {
  const bold = (text: string) => (colour ? `\u001b[1m${text}\u001b[0m` : text);
  const red = (text: string) => (colour ? `\u001b[31m${text}\u001b[0m` : text);
  const [head = "", ...rows] = table([header, ...sorted(result).map(rowOf)], 3);
  const failures = [...problemsOf(result, "failed"), ...(result.problems ?? []).map(formatProblemWithFrame)];
  return [
    bold(head),
    ...rows,
    "",
    bold(total(result)),
    ...section(uncountedLines(result)),
    ...section(notesOf(result)),
    ...(offline ? ["", offlineCostNotice] : []),
    ...section(failures.map(red)),
  ].join("\n");
}

/** The same as Markdown, for comments. */
export function renderCostsMarkdown(result: RunResult, offline: boolean): string {
  const rows = sorted(result).map(rowOf);
  const failures = [...problemsOf(result, "failed"), ...(result.problems ?? []).map(formatProblem)];
  const uncounted = uncountedLines(result);
  return [
    `**${total(result)}**`,
    ...section(failures.map((problem) => `- ⚠ ${problem}`)),
    "",
    ...markdownTable([header, ...rows], 3),
    ...(uncounted.length > 0
      ? ["", "<details><summary>Not counted</summary>", "", "```", ...uncounted, "```", "", "</details>"]
      : []),
    ...section([...notesOf(result), ...(offline ? [offlineCostNotice] : [])]),
  ].join("\n");
}

function sorted({ results }: RunResult): DeploymentResult[] {
  const weight = (result: DeploymentResult) =>
    Object.values(changeOf(result)).reduce((sum, value) => sum + Math.abs(value), 0);
  const rank = ({ status }: DeploymentResult) => (status === "failed" ? 2 : status === "waiting" ? 1 : 0);
  return [...results].sort((a, b) => rank(a) - rank(b) || weight(b) - weight(a) || (a.id < b.id ? -1 : 1));
}

function rowOf(result: DeploymentResult): string[] {
  const { environment, name, stack, provider, status, cost } = result;
  const first = [environment, name === stack ? name : `${name} (${stack})`, provider];
  if (!cost) return [...first, status, "", ""];
  const open = [
    ...(cost.unpriced.length > 0 ? [`${String(cost.unpriced.length)} unpriced`] : []),
    ...(cost.usage.length > 0 ? [`${String(cost.usage.length)} by use`] : []),
  ];
  // Of what nobody has a price for, nothing can be said.
  const monthly = cost.resources.length === 0 && open.length > 0 ? "?" : moneyText(cost.after);
  return [...first, monthly, changeText(changeOf(result)), open.join(", ") || "·"];
}

function changeOf({ cost }: DeploymentResult): Money {
  return cost ? difference(cost.after, cost.before) : {};
}

function total({ results }: RunResult): string {
  const costs = results.flatMap(({ cost }) => cost ?? []);
  const after = sumOf(costs.map((cost) => cost.after));
  const change = difference(after, sumOf(costs.map((cost) => cost.before)));
  const rest = results.length - costs.length;
  const noun = costs.length === 1 ? "deployment" : "deployments";
  const missing = rest > 0 ? `; ${String(rest)} without a plan` : "";
  return `${String(costs.length)} ${noun}: ${moneyText(after)} per month, ${changeText(change, "no change")}${missing}`;
}

/** Amounts of several currencies side by side. */
function moneyText(money: Money): string {
  const amounts = Object.entries(money).sort(([a], [b]) => (a < b ? -1 : 1));
  return amounts.map(([currency, value]) => amountText(currency, value)).join(" + ") || "0.00";
}

/** What is left out of the sums, and why; the same reason once. */
function uncountedLines({ results }: RunResult): string[] {
  return results.flatMap(({ id, cost }) => {
    const lines = (kind: string, entries: readonly { address: string; reason: string }[]) =>
      [...new Set(entries.map(({ reason }) => reason))].map((reason) => {
        const addresses = entries.filter((entry) => entry.reason === reason).map(({ address }) => address);
        return `${id}: ${kind}: ${addresses.join(", ")}: ${reason}`;
      });
    return cost ? [...lines("unpriced", cost.unpriced), ...lines("by use", cost.usage)] : [];
  });
}

function notesOf(result: RunResult): string[] {
  const prices = new Set(result.results.flatMap(({ cost }) => (cost ? [cost.prices] : [])));
  const stale = new Set(result.results.flatMap(({ cost }) => cost?.stale ?? []));
  const own = result.results.flatMap((each) => remarksOf(each).map((note) => `${each.id}: ${note}`));
  return [
    ...(prices.size > 0 ? [`List prices without taxes: ${[...prices].sort().join("; ")}`] : []),
    ...(stale.size > 0 ? [`Warning: older than 90 days: ${[...stale].join(", ")}. Update @infra/facts`] : []),
    ...problemsOf(result, "waiting"),
    ...own,
    ...(result.notes ?? []),
  ];
}

function problemsOf({ results }: RunResult, status: "failed" | "waiting"): string[] {
  const format = status === "failed" ? formatProblemWithFrame : formatProblem;
  return results.filter((result) => result.status === status).flatMap(({ problems }) => problems.map(format));
}

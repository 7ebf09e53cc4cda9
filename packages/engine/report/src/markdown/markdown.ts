import { formatProblem } from "@infra/inventory";
import { remarksOf } from "@infra/results";
import { countsText, offlineNotice, sumOf, totals } from "../terminal.js";
import { causeText } from "../cause-text.js";
import { type Group, groupOf, pageOrder, sortByGroup } from "../groups.js";
import type { ReportPlatform } from "../platform.js";
import type { Report, ReportedDeployment } from "../report.js";
import { Budget } from "./budget.js";
import { type Details, detailsOf, linkTo } from "./details.js";
import { code, fence, fenceLines, listed } from "./escape.js";

/** How the Markdown is to be. */
export interface MarkdownOptions {
  /** Word in the hidden marker at the top, by which a comment is found again. */
  readonly key: string;
  /** Characters at most, `leastLimit` or more. */
  readonly limit: number;
  readonly platform: ReportPlatform;
}

/** For the sentence that says what was left out. */
const reserved = 700;

/**
 * The report as GitHub's and GitLab's Markdown, for comments and job summaries. What doesn't fit is left out whole, never cut in a
 * block: attributes first, then details of what matters least, then rows; a sentence says so. Texts from outside are shown as text.
 */
export function renderMarkdown(report: Report, options: MarkdownOptions): string {
  return new Page(report, options).text();
}

/** Fills a page with what matters most first. */
class Page {
  private readonly budget: Budget;
  private readonly results: readonly ReportedDeployment[];
  private readonly left: string[] = [];

  constructor(
    private readonly report: Report,
    private readonly options: MarkdownOptions,
  ) {
    this.budget = new Budget(options.limit - reserved - (options.platform.run?.length ?? 0));
    this.results = sortByGroup(report.results, pageOrder);
  }

  text(): string {
    const head = this.fixed([
      `<!-- infra:${this.options.key} -->`,
      `### infra ${this.report.verb}: ${this.headline()}`,
      "",
      ...this.caution(),
    ]);
    const foot = this.fixed(this.foot());
    const table = this.table();
    const problems = this.problems();
    const findings = this.findings();
    const details = this.details();
    const notes = this.notes();
    const unchanged = this.unchanged();
    return [...head, ...table, ...problems, ...findings, ...details, ...notes, ...unchanged, ...this.leftOut(), ...foot]
      .join("\n")
      .trimEnd()
      .concat("\n");
  }

  /** Lines that are there in any case. */
  private fixed(lines: readonly string[]): readonly string[] {
    for (const line of lines) this.budget.take(line);
    return lines;
  }

  private in(...groups: readonly Group[]): ReportedDeployment[] {
    return this.results.filter((result) => groups.includes(groupOf(result)));
  }

  private headline(): string {
    return this.results.length === 0 ? "no deployment is affected" : totals(this.report);
  }

  private caution(): string[] {
    const { replace, delete: deleted } = sumOf(this.results);
    const lost = countsText(this.report.verb, { replace, delete: deleted });
    if (!lost) return [];
    const names = this.results
      .filter(({ counts }) => counts.delete + counts.replace > 0)
      .map(({ id }) => code(id, 100));
    return ["> [!CAUTION]", `> **Resources are lost: ${lost}**, in ${listed(names, this.options.limit / 8)}`, ""];
  }

  private table(): string[] {
    const shown = this.in("destructive", "changed", "failed", "waiting");
    if (shown.length === 0) return [];
    const why = shown.some(({ causes = [] }) => causes.length > 0);
    const head = [
      `| deployment | provider | status | + | ~ | ± | - |${why ? " because of |" : ""}`,
      `| --- | --- | --- | --: | --: | --: | --: |${why ? " --- |" : ""}`,
    ];
    const room = this.budget.left * 0.4;
    const rows: string[] = [];
    let used = 0;
    for (const row of shown.map((each) => rowOf(each, why))) {
      used += row.length + 1;
      if (used > room || !this.budget.take(row)) break;
      rows.push(row);
    }
    this.missing(shown.length - rows.length, "row of the table", "rows of the table");
    return [...this.fixed(head), ...rows, ""];
  }

  private problems(): string[] {
    const groups = groupByProblems(this.in("failed", "waiting").filter(({ problems }) => problems.length > 0));
    const room = this.budget.left / 2;
    let used = 0;
    const blocks = groups.flatMap((group) => {
      const block = this.problemsOf(group);
      used += block.length + 1;
      return used <= room && this.budget.take(block) ? [block] : [];
    });
    this.missing(groups.length - blocks.length, "problem", "problems");
    return blocks;
  }

  /** What is wrong with several deployments in the same way is said once. */
  private problemsOf(group: readonly ReportedDeployment[]): string {
    const [{ status, problems } = { status: "failed", problems: [] }] = group;
    const places = problems.flatMap(({ place }) => (place ? [`${place.file}:${String(place.line)}`] : []));
    const links = [...new Set(places)].flatMap((place) => linkTo(place, this.options.platform) ?? []);
    const share = this.options.limit / 16;
    const names = listed(
      group.map(({ id }) => code(id)),
      share / 2,
    );
    const verb = status === "failed" ? "failed" : group.length > 1 ? "wait" : "waits";
    return [
      `${names} **${verb}**${links.length > 0 ? ` at ${listed(links, share / 2)}` : ""}`,
      "",
      fence("text", fenceLines(problems.map(formatProblem).join("\n"), share)),
      "",
    ].join("\n");
  }

  private findings(): string[] {
    const findings = this.results.flatMap(({ id, findings = [] }) => findings.map((each) => ({ id, ...each })));
    if (findings.length === 0) return [];
    const lines = findings.flatMap(({ id, rule, level, address, message, remedy, place }) => {
      const at = place && `${place.file}:${String(place.line)}`;
      const link = at === undefined ? "" : ` ${linkTo(at, this.options.platform) ?? code(at)}`;
      const line = `- **${level}** ${code(rule)} ${code(id)} ${code(address)}${link}: ${code(`${message}. ${remedy}`, 400)}`;
      return this.budget.take(line) ? [line] : [];
    });
    this.missing(findings.length - lines.length, "finding", "findings");
    return [`**The policy refuses ${counted(findings.length, "thing")}**`, "", ...lines, ""];
  }

  /** All details without attributes and links as long as they fit; what is left is used for those. */
  private details(): string[] {
    const { platform, limit } = this.options;
    const { verb } = this.report;
    const shown = this.in("destructive", "changed", "failed").filter(
      ({ changes, status }) => changes.length > 0 || status !== "failed",
    );
    const found: Details[] = [];
    for (const each of shown) {
      const most = Math.min(this.budget.left - 1, limit / 6);
      const details = detailsOf(each, { verb, full: false, most, platform });
      if (!this.budget.take(details.text)) break;
      found.push(details);
    }
    for (const [index, { text }] of found.entries()) {
      const each = shown[index];
      if (!each) continue;
      const full = detailsOf(each, { verb, full: true, most: this.budget.left + text.length, platform });
      this.budget.giveBack(text);
      const fits = full.leftOut === 0 && this.budget.take(full.text);
      if (fits) found[index] = full;
      else this.budget.take(text);
    }
    this.missing(
      found.filter((each) => each.withoutAttributes).length,
      "deployment's attributes",
      "deployments' attributes",
    );
    this.missing(shown.length - found.length, "deployment's changes", "deployments' changes");
    this.missing(
      found.reduce((sum, each) => sum + each.leftOut, 0),
      "resource",
      "resources",
    );
    return found.map(({ text }) => text);
  }

  private notes(): string[] {
    const notes = [
      ...this.results.flatMap((each) => remarksOf(each).map((note) => `${each.id}: ${note}`)),
      ...(this.report.notes ?? []),
    ];
    if (notes.length === 0) return [];
    const block = [
      `<details><summary>${counted(notes.length, "note")}</summary>`,
      "",
      fence("text", fenceLines(notes.join("\n"), this.options.limit / 16)),
      "",
      "</details>",
    ].join("\n");
    if (this.budget.take(block)) return [block];
    this.missing(notes.length, "note", "notes");
    return [];
  }

  private unchanged(): string[] {
    const ids = this.in("unchanged").map(({ id }) => id);
    if (ids.length === 0) return [];
    const title = counted(ids.length, "deployment");
    const names = listed(
      ids.map((id) => code(id)),
      this.budget.left - 200,
    );
    const word = this.in("unchanged").some(({ status }) => status === "done") ? "fine" : "unchanged";
    return [`<details><summary>${title} ${word}</summary>`, "", names, "", "</details>"];
  }

  private missing(count: number, one: string, more: string): void {
    if (count > 0) this.left.push(`${count.toLocaleString("en")} ${count === 1 ? one : more}`);
  }

  private leftOut(): string[] {
    if (this.left.length === 0) return [];
    const { limit, platform } = this.options;
    const where = platform.run
      ? `in the artifacts of [this run](${platform.run})`
      : "in what `infra report --format html` writes";
    return [
      "",
      `**Left out** to stay below ${limit.toLocaleString("en")} characters: ${this.left.join(", ")}. All of it is ${where}.`,
    ];
  }

  private foot(): string[] {
    const { commit, time, offline } = this.report;
    const { platform } = this.options;
    const url = commit === undefined ? undefined : platform.commit(commit);
    const name = commit === undefined ? undefined : code(commit.slice(0, 12));
    const of = name && ` of ${url ? `[${name}](${url})` : name}`;
    const at = time && ` at ${code(time.slice(0, 16).replace("T", " "))} UTC`;
    return [
      ...(offline ? ["", `_${offlineNotice.replace("\n", " ")}_`] : []),
      ...(of || at ? ["", `<sub>Results${of ?? ""}${at ?? ""}</sub>`] : []),
    ];
  }
}

function groupByProblems(results: readonly ReportedDeployment[]): ReportedDeployment[][] {
  const groups = new Map<string, ReportedDeployment[]>();
  for (const each of results) {
    const key = [each.status, ...each.problems.map(formatProblem)].join("\n");
    const group = groups.get(key) ?? [];
    group.push(each);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function rowOf({ id, name, stack, provider, status, counts, causes = [] }: ReportedDeployment, why: boolean): string {
  const number = (count: number) => (count === 0 ? "·" : String(count));
  const loud = (count: number) => (count === 0 ? "·" : `**${String(count)}** ⚠️`);
  const cells = [
    name === stack ? code(id) : `${code(id)} (${code(stack)})`,
    code(provider),
    status === "failed" ? "**failed**" : status,
    number(counts.create),
    number(counts.update),
    loud(counts.replace),
    loud(counts.delete),
    ...(why
      ? [
          listed(
            causes.map((cause) => code(causeText(cause))),
            160,
          ),
        ]
      : []),
  ];
  return `| ${cells.join(" | ")} |`;
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

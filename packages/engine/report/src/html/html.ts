import { createHash } from "node:crypto";
import { formatProblem } from "@infra/inventory";
import { marks, problemsIn, remarksOf, type ResourceChange, type Verb } from "@infra/results";
import { countsText, offlineNotice, sumOf, totals } from "../terminal.js";
import { causeText } from "../cause-text.js";
import { type Group, groupOf, pageOrder, sortByGroup, sortByLoss } from "../groups.js";
import { plainLine } from "../plain.js";
import type { ReportPlatform } from "../platform.js";
import type { Report, ReportedDeployment } from "../report.js";
import { element, escaped } from "../xml.js";
import { drawGraph } from "./graph.js";
import { script } from "./script.js";
import { style } from "./style.js";

/** The report as one HTML file that asks no server for anything: table with a filter, graph, and every change. */
export function renderHtml(report: Report, platform: ReportPlatform): string {
  const results = sortByGroup(report.results, pageOrder);
  const anchors = new Map(results.map(({ id }, index) => [id, `d${String(index)}`]));
  const anchor = (id: string) => anchors.get(id) ?? "";
  const title = `infra ${report.verb}: ${results.length === 0 ? "no deployment is affected" : totals(report)}`;
  const policy = `default-src 'none'; style-src '${hash(style)}'; script-src '${hash(script)}'; base-uri 'none'; form-action 'none'`;
  const body = [
    `<h1>${escaped(title)}</h1>`,
    meta(report, platform),
    loss(report.verb, results),
    filters(results),
    table(results, anchor),
    graph(results, anchor),
    findings(results, platform),
    `<h2>Changes</h2>`,
    ...results.map((each) => details(each, anchor(each.id), platform)),
    notes(report, results),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${body.filter(Boolean).join("\n")}
</main>
<script>${script}</script>
</body>
</html>
`;
}

function hash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

function meta({ commit, time, offline }: Report, platform: ReportPlatform): string {
  const url = commit === undefined ? undefined : platform.commit(commit);
  const name = commit === undefined ? "" : `<code>${escaped(commit.slice(0, 12))}</code>`;
  const of = name && `Commit ${url ? link(url, name) : name}`;
  const at = time === undefined ? "" : `${time.slice(0, 16).replace("T", " ")} UTC`;
  const run = platform.run === undefined ? "" : link(platform.run, "the run");
  return `<p class="dim">${[of, escaped(at), run, offline ? escaped(offlineNotice) : ""].filter(Boolean).join(" · ")}</p>`;
}

function link(url: string, content: string): string {
  return element("a", { href: url, rel: "noreferrer" }, [content]);
}

function loss(verb: Verb, results: readonly ReportedDeployment[]): string {
  const { replace, delete: deleted } = sumOf(results);
  const lost = countsText(verb, { replace, delete: deleted });
  return lost ? `<p class="loss"><strong>Resources are lost:</strong> ${lost}.</p>` : "";
}

function filters(results: readonly ReportedDeployment[]): string {
  const groups = pageOrder.map((group): [Group, number] => [
    group,
    results.filter((each) => groupOf(each) === group).length,
  ]);
  const boxes = groups
    .filter(([, count]) => count > 0)
    .map(
      ([group, count]) => `<label><input type="checkbox" value="${group}" checked> ${group} (${String(count)})</label>`,
    );
  return `<form class="filter" hidden><label>Filter <input type="search" placeholder="environment or name"></label><fieldset><legend class="dim">Show</legend>${boxes.join("")}</fieldset><output class="dim" aria-live="polite"></output></form>`;
}

function table(results: readonly ReportedDeployment[], anchor: (id: string) => string): string {
  const why = results.some(({ causes = [] }) => causes.length > 0);
  const heads = [
    "deployment",
    "provider",
    "status",
    ...["created", "updated", "replaced", "deleted", "seconds"],
    ...(why ? ["because of"] : []),
  ];
  const head = heads.map(
    (text, index) => `<th scope="col"${index > 2 && index < 8 ? ' class="number"' : ""}>${text}</th>`,
  );
  const rows = results.map((each) => row(each, anchor(each.id), why));
  return `<div class="scroll" tabindex="0" role="region" aria-label="Deployments"><table><thead><tr>${head.join("")}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}

function row(each: ReportedDeployment, anchor: string, why: boolean): string {
  const { id, provider, status, counts, seconds, causes = [] } = each;
  const number = (count: number, loud = false) =>
    element("td", { class: loud && count > 0 ? "number loud" : "number" }, [String(count || "·")]);
  return element("tr", { class: groupOf(each), "data-id": plainLine(id), "data-group": groupOf(each) }, [
    `<th scope="row"><a href="#${anchor}"><code>${escaped(plainLine(id))}</code></a></th>`,
    `<td>${escaped(plainLine(provider))}</td><td class="status">${status}</td>`,
    number(counts.create),
    number(counts.update),
    number(counts.replace, true),
    number(counts.delete, true),
    `<td class="number">${seconds.toFixed(1)}</td>`,
    ...(why
      ? [`<td>${causes.map((cause) => `<code>${escaped(plainLine(causeText(cause)))}</code>`).join(", ")}</td>`]
      : []),
  ]);
}

function graph(results: readonly ReportedDeployment[], anchor: (id: string) => string): string {
  if (!results.some(({ origin }) => (origin?.references.length ?? 0) > 0)) return "";
  const { svg, leftOut } = drawGraph(results, anchor);
  const arrow = `<svg width="0" height="0" aria-hidden="true"><defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="arrow" d="M0 0L8 4L0 8z"/></marker></defs></svg>`;
  const more = leftOut > 0 ? `<p class="dim">${leftOut.toLocaleString("en")} deployments are not drawn.</p>` : "";
  return `<h2 id="graph">Who refers to whom</h2>${arrow}<div class="scroll graph" tabindex="0" role="region" aria-label="Graph of deployments">${svg}</div>${more}`;
}

function findings(results: readonly ReportedDeployment[], platform: ReportPlatform): string {
  const items = results.flatMap(({ id, findings = [] }) =>
    findings.map(({ rule, level, address, message, remedy, place }) => {
      const [what, ...at] = [rule, id, address].map((part) => `<code>${escaped(part)}</code>`);
      const link = place ? [placeOf(`${place.file}:${String(place.line)}`, platform)] : [];
      const text = escaped(`${message}. ${remedy}`);
      return `<li><strong>${level}</strong> ${[what, ...at, ...link].join(" ")}: ${text}</li>`;
    }),
  );
  return items.length === 0 ? "" : `<h2>Policy</h2><ul>${items.join("\n")}</ul>`;
}

function details(each: ReportedDeployment, anchor: string, platform: ReportPlatform): string {
  const { id, status, changes, causes = [] } = each;
  const problems = problemsIn(each);
  const places = [...new Set(changes.flatMap(({ place }) => place ?? []))];
  const parts = [
    causes.length > 0
      ? `<p>Because of ${causes.map((cause) => `<code>${escaped(causeText(cause))}</code>`).join(", ")}</p>`
      : "",
    problems.length > 0
      ? `<pre tabindex="0"><span class="problem">${escaped(problems.map(formatProblem).join("\n"))}</span></pre>`
      : "",
    places.length > 0 ? `<p>Asked for by ${places.map((place) => placeOf(place, platform)).join(", ")}</p>` : "",
    changes.length > 0 ? `<pre tabindex="0">${sortByLoss(changes).map(lines).join("")}</pre>` : "",
  ].filter(Boolean);
  const open: Readonly<Record<string, string>> = status === "failed" ? { open: "" } : {};
  return element(
    "details",
    { id: anchor, class: groupOf(each), "data-id": plainLine(id), "data-group": groupOf(each), ...open },
    [
      `<summary><code>${escaped(plainLine(id))}</code> <span class="status">${status}</span></summary>`,
      ...(parts.length > 0
        ? parts
        : [`<p class="dim">${status === "changed" ? "Only outputs change." : "Nothing changes."}</p>`]),
    ],
  );
}

function placeOf(place: string, platform: ReportPlatform): string {
  const text = `<code>${escaped(plainLine(place))}</code>`;
  const url = platform.blob(place);
  return url === undefined ? text : link(url, text);
}

function lines({ address, action, place, attributes = [] }: ResourceChange): string {
  const head = `${marks[action]} ${plainLine(address)}  # ${place === undefined ? "no longer in the inventory" : plainLine(place)}`;
  const below = attributes.map(
    ({ path, before, after }) => `    ${plainLine(path)}: ${plainLine(before)} → ${plainLine(after)}`,
  );
  return `<span class="${action}">${escaped([head, ...below].join("\n"))}</span>`;
}

function notes(report: Report, results: readonly ReportedDeployment[]): string {
  const all = [
    ...results.flatMap((each) => remarksOf(each).map((note) => `${each.id}: ${note}`)),
    ...(report.notes ?? []),
  ];
  return all.length === 0 ? "" : `<h2>Notes</h2><ul>${all.map((note) => `<li>${escaped(note)}</li>`).join("\n")}</ul>`;
}

import { countsText } from "../terminal.js";
import type { Verb } from "@infra/results";
import { causeText } from "../cause-text.js";
import { diffLines } from "../diff.js";
import { sortByLoss } from "../groups.js";
import type { ReportPlatform } from "../platform.js";
import type { ReportedDeployment } from "../report.js";
import { code, fence, htmlCode, inline, listed } from "./escape.js";

/** The changes of a deployment, folded. */
export interface Details {
  readonly text: string;
  /** Are attributes missing that there are? */
  readonly withoutAttributes: boolean;
  /** Changes that did not fit. */
  readonly leftOut: number;
}

/** How details are to be. */
export interface DetailsOptions {
  readonly verb: Verb;
  /** Shows the attributes that change, and links to the inventory. */
  readonly full: boolean;
  /** Characters, about. */
  readonly most: number;
  readonly platform: ReportPlatform;
}

const words = { create: "", update: "", replace: "REPLACED, ", delete: "DELETED, " } as const;

/** What changes in a deployment, in about so many characters: what is deleted first, with the inventory lines that ask for it. */
export function detailsOf(deployment: ReportedDeployment, { verb, full, most, platform }: DetailsOptions): Details {
  const changes = sortByLoss(deployment.changes);
  const head = [
    `<details><summary>${htmlCode(deployment.id)}: ${countsText(verb, deployment.counts) || "only outputs"}</summary>`,
    "",
  ];
  const why = (deployment.causes ?? []).map((cause) => code(causeText(cause)));
  if (why.length > 0) head.push(`Because of ${listed(why, most / 8)}`, "");
  const places = [...new Set(changes.flatMap(({ place }) => place ?? []))];
  const links = full ? places.flatMap((place) => linkTo(place, platform) ?? []) : [];
  if (links.length > 0) head.push(`Asked for by ${listed(links, most / 4)}`, "");
  const lines: string[] = [];
  let left = most - head.join("\n").length - 60;
  let leftOut = changes.length;
  for (const change of changes) {
    const block = diffLines(change, { words, line: (text) => inline(text), attributes: full });
    left -= block.reduce((sum, line) => sum + line.length + 1, 0);
    if (left < 0) break;
    lines.push(...block);
    leftOut -= 1;
  }
  if (leftOut > 0) lines.push(`# and ${String(leftOut)} more`);
  return {
    text: [
      ...head,
      ...(lines.length > 0 ? [fence("diff", lines), ""] : ["Only outputs change.", ""]),
      "</details>",
    ].join("\n"),
    withoutAttributes: !full && changes.some((change) => (change.attributes ?? []).length > 0),
    leftOut,
  };
}

/** `` [`inventory/a.yaml:14`](…) ``; undefined where no page of it is known. */
export function linkTo(place: string, platform: ReportPlatform): string | undefined {
  const url = platform.blob(place);
  return url === undefined ? undefined : `[${code(place)}](${url})`;
}

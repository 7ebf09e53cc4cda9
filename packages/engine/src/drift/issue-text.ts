import { offlineNotice, totalsOf } from "../render.js";
import { plainLine } from "../report/plain.js";
import type { DeploymentResult, ResourceChange } from "../result.js";

/** What the first letters of a line of a diff mean: platforms colour lines by them. */
const marks = { create: "+", update: "!", replace: "-/+", delete: "-" } as const;

/** `Drift: production/compute` */
export function issueTitle(id: string): string {
  return `Drift: ${id}`;
}

/**
 * What the issue of a drifted deployment says. Everything that comes from a cloud stands in a block of code: there it is no mention, no
 * HTML, no command of the platform. The same drift has the same text.
 *
 * @param marker Begins the text; the issue is found by it.
 * @param most Characters that the platform takes.
 */
export function issueBody(
  { id, changes, counts, ignored = [] }: DeploymentResult,
  { marker, most, offline }: { readonly marker: string; readonly most: number; readonly offline: boolean },
): string {
  const ignoredText = ignored.length > 0 ? ` ${String(ignored.length)} more are ignored by \`drift.ignore\`.` : "";
  const head = `${marker}\n\`${id}\` is not as it was applied: ${totalsOf(counts, "drift")}.${ignoredText}\n`;
  const foot = [
    `- Make it as the inventory says: \`infra apply ${id}\``,
    "- Keep what was changed: write it into the inventory.",
    "- Never hear of it again: name the attribute under `drift: ignore:` of the inventory.",
    "",
    "This text is written anew when the drift changes, and the issue is closed when it is gone. Write into comments.",
    ...(offline ? ["", offlineNotice.replaceAll("\n", " ")] : []),
  ].join("\n");
  return [head, block(changes, most - head.length - foot.length - 200), "", foot].join("\n");
}

/** The changes in a block of code that nothing in them can end. */
function block(changes: readonly ResourceChange[], most: number): string {
  const lines: string[] = [];
  let [left, shown] = [most, 0];
  for (const change of changes) {
    const next = linesOf(change);
    left -= next.reduce((sum, line) => sum + line.length + 1, 0);
    if (left < 0) break;
    lines.push(...next);
    shown += 1;
  }
  if (shown < changes.length) lines.push(`# and ${String(changes.length - shown)} more resources`);
  const longest = Math.max(2, ...lines.flatMap((line) => (line.match(/`+/g) ?? []).map((ticks) => ticks.length)));
  const fence = "`".repeat(longest + 1);
  return [`${fence}diff`, ...lines, fence].join("\n");
}

function linesOf({ address, action, place, attributes = [] }: ResourceChange): string[] {
  const what = action === "delete" ? "DELETED outside, " : action === "create" ? "appeared, " : "";
  return [
    `${marks[action]} ${plainLine(address)}  # ${what}${plainLine(place ?? "no longer in the inventory")}`,
    ...attributes.flatMap(({ path, before, after }) => [
      `-     ${plainLine(path)}: ${plainLine(before)}`,
      `+     ${plainLine(path)}: ${plainLine(after)}`,
    ]),
  ];
}

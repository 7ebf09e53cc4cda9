import { createHash } from "node:crypto";
import { countsText, diffLines, fence, offlineNotice, plainLine } from "@infra/report";
import type { DeploymentResult, ResourceChange } from "@infra/results";

const words = { create: "appeared, ", update: "", replace: "", delete: "DELETED outside, " } as const;

/** `Drift: production/compute` */
export function issueTitle(id: string): string {
  return `Drift: ${id}`;
}

/** The hidden beginning of an issue's text: its mark, and a digest of the drift. Moved lines of the inventory are the same drift. */
export function issueHead(marker: string, { changes }: Pick<DeploymentResult, "changes">): string {
  const drift = changes.map(({ address, action, attributes }) => [address, action, attributes]);
  const digest = createHash("sha256").update(JSON.stringify(drift)).digest("hex").slice(0, 16);
  return `${marker}\n<!-- infra:drift-digest:${digest} -->`;
}

/**
 * What the issue of a drifted deployment says. Everything that comes from a cloud stands in a block of code: there it is no mention, no
 * HTML, no command of the platform.
 *
 * @param marker Begins the text; the issue is found by it.
 * @param most Characters that the platform takes.
 */
export function issueBody(
  { id, changes, counts }: DeploymentResult,
  { marker, most, offline }: { readonly marker: string; readonly most: number; readonly offline: boolean },
): string {
  const head = `${issueHead(marker, { changes })}\n\`${id}\` is not as it was applied: ${countsText("drift", counts)}.\n`;
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
    const next = diffLines(change, { words, line: (text) => plainLine(text) });
    left -= next.reduce((sum, line) => sum + line.length + 1, 0);
    if (left < 0) break;
    lines.push(...next);
    shown += 1;
  }
  if (shown < changes.length) lines.push(`# and ${String(changes.length - shown)} more resources`);
  return fence("diff", lines);
}

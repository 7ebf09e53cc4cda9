import { formatProblemWithFrame } from "@infra/inventory";
import type { AppliedRecord } from "@infra/state";
import { table } from "@infra/io";
import type { AppliedState, DeploymentStatus, VersionChange } from "@infra/engine";

const colours: Readonly<Record<AppliedState, number>> = {
  "up-to-date": 2,
  "inventory-changed": 33,
  "packages-changed": 33,
  "never-applied": 32,
  destroyed: 32,
  removed: 35,
  "apply-failed": 31,
  "apply-incomplete": 31,
  unknown: 31,
};
const words: Partial<Record<AppliedState, string>> = { removed: "removed from the inventory" };

/** One table of all deployments, what to do about removed ones, and what could not be told. */
export function renderStatus(
  statuses: readonly DeploymentStatus[],
  { colour, offline }: { readonly colour: boolean; readonly offline: boolean },
): string {
  const paint = (text: string, code: number) => (colour ? `\u001b[${String(code)}m${text}\u001b[0m` : text);
  const [header = "", ...lines] = table([
    ["deployment", "state", "applied", "by", "commit", "version"],
    ...statuses.map(({ id, state, record }) => [id, wordOf(state), ...appliedCells(record)]),
  ]);
  const rows = statuses.flatMap((status, index) => [
    paint(lines[index] ?? "", colours[status.state]),
    ...detailsOf(status).map((text) => paint(`  ${text}`, 2)),
  ]);
  const problems = statuses.flatMap(({ problems = [] }) => problems.map(formatProblemWithFrame));
  return [
    paint(header, 1),
    ...rows,
    "",
    paint(totals(statuses), 1),
    ...removals(statuses, offline),
    ...(problems.length > 0 ? ["", ...problems] : []),
  ].join("\n");
}

function wordOf(state: AppliedState): string {
  return words[state] ?? state.replaceAll("-", " ");
}

function appliedCells(record: AppliedRecord | undefined): string[] {
  if (!record) return ["-", "-", "-", "-"];
  const { time, by, commit, version } = record;
  const [hash, dirty] = commit?.split("-") ?? [];
  return [time.replace(/\.\d+Z$/, "Z"), by, hash ? `${hash.slice(0, 8)}${dirty ? "+" : ""}` : "-", String(version)];
}

function detailsOf({ detail, versions = [] }: DeploymentStatus): string[] {
  return [...(detail === undefined ? [] : [detail]), ...versions.map(versionText)];
}

function versionText({ name, from = "not used", to = "not used" }: VersionChange): string {
  return `${name} ${from} → ${to}`;
}

function totals(statuses: readonly DeploymentStatus[]): string {
  const counts = new Map<AppliedState, number>();
  for (const { state } of statuses) counts.set(state, (counts.get(state) ?? 0) + 1);
  const parts = [...counts].map(([state, count]) => `${String(count)} ${wordOf(state)}`);
  return `${String(statuses.length)} ${statuses.length === 1 ? "deployment" : "deployments"}${parts.length > 0 ? `: ${parts.join(", ")}` : ""}`;
}

function removals(statuses: readonly DeploymentStatus[], offline: boolean): string[] {
  const ids = statuses.flatMap(({ id, state }) => (state === "removed" ? [id] : []));
  if (ids.length === 0) return [];
  return ["", `What a removal deletes: infra plan --destroy ${ids.join(" ")}${offline ? " --offline" : ""}`];
}

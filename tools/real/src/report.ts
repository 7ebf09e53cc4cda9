import type { ProviderName } from "@infra/inventory";

/** Something about an example. */
export interface Remark {
  /** `compute/groups`. */
  readonly example: string;
  /** One line. */
  readonly message: string;
}

/** What the real provider of a cloud says of the examples. */
export interface CloudReport {
  readonly provider: ProviderName;
  /** Number of examples that the cloud does not refuse. */
  readonly examples: number;
  /** Number of those that are valid. */
  readonly validated: number;
  /** Number of those that could be planned. */
  readonly planned: number;
  /** What a provider refuses. Any such makes the exit code 1. */
  readonly invalid: readonly Remark[];
  /** Valid examples that could not be planned, and why: most need an account. */
  readonly notPlanned: readonly Remark[];
  /** Examples whose providers could not be had, and why. They are never counted as validated. */
  readonly notReachable: readonly Remark[];
}

/** The reports as text: one line per cloud, and below what is to be mended. */
export function renderReports(reports: readonly CloudReport[]): string {
  const lines = reports.map((report) => `${`${report.provider}:`.padEnd(14)} ${summary(report)}`);
  const faults = reports.flatMap(({ provider, invalid }) =>
    invalid.map(({ example, message }) => `${provider}: ${example} is invalid: ${message}`),
  );
  const reasons = reports.flatMap(({ provider, notPlanned }) =>
    grouped(notPlanned).map(([message, names]) => `${provider}: not planned: ${names.join(", ")} (${message})`),
  );
  return `${[lines, faults, reasons]
    .filter((part) => part.length > 0)
    .map((part) => part.join("\n"))
    .join("\n\n")}\n`;
}

function summary({ examples, validated, planned, notReachable, invalid }: CloudReport): string {
  if (examples === 0) return "no example";
  const missing = grouped(notReachable).map(([reason]) => reason);
  if (notReachable.length === examples) return `not reachable (${missing.join("; ")})`;
  const of = (count: number) => `${String(count)} of ${String(examples)}`;
  return [
    `validated ${of(validated)}, planned ${of(planned)}`,
    ...(invalid.length > 0 ? [`${String(invalid.length)} invalid`] : []),
    ...(notReachable.length > 0 ? [`${String(notReachable.length)} not reachable (${missing.join("; ")})`] : []),
  ].join(", ");
}

/** The names of the examples by what is said of them. */
function grouped(remarks: readonly Remark[]): [message: string, examples: string[]][] {
  const groups = new Map<string, string[]>();
  for (const { example, message } of remarks) groups.set(message, [...(groups.get(message) ?? []), example]);
  return [...groups];
}

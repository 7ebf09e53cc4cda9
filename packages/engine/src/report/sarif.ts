import { createHash } from "node:crypto";
import type { Problem } from "@infra/core/inventory";
import type { Log, PhysicalLocation, ReportingDescriptor, Result } from "sarif";
import { encodedPath, plain } from "./plain.js";
import type { Finding } from "./finding.js";
import type { Report, ReportedDeployment } from "./report.js";

/** Where something is: a file of the repository, with slashes, and perhaps a line. */
interface Where {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

/**
 * The report as SARIF 2.1.0, for code scanning: what failed, and what policies object to, each at its inventory line.
 *
 * @param version Version of @infra/engine.
 * @param prefix Folder of the workspace in its repository, with a slash at its end, or empty
 */
export function renderSarif(report: Report, { version, prefix = "" }: { version: string; prefix?: string }): string {
  const results = [
    ...report.results.flatMap((result) => result.problems.map((problem) => ofProblem(report, result, problem, prefix))),
    ...report.findings.map((finding) => ofFinding(report, finding, prefix)),
  ];
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "infra",
            version,
            informationUri: "https://www.npmjs.com/package/@infra/engine",
            rules: rulesOf(report, results),
          },
        },
        automationDetails: { id: `infra/${report.verb}/` },
        columnKind: "utf16CodeUnits",
        results,
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ofProblem(
  report: Report,
  { id, status, origin }: ReportedDeployment,
  problem: Problem,
  prefix: string,
): Result {
  const { message, remedy, path, place } = problem;
  const text = `${id}: ${path ? `${path}: ` : ""}${message}. ${remedy}`;
  return {
    ruleId: ruleOf(report, status),
    level: status === "failed" ? "error" : "note",
    message: { text: plain(text) },
    ...located(place ?? fileOf(origin?.files), id, prefix),
    partialFingerprints: fingerprint(id, path ?? "", message),
  };
}

function ofFinding(
  report: Report,
  { rule, level, message, remedy, deployment, address, place }: Finding,
  prefix: string,
): Result {
  const at = [deployment, address].filter(Boolean).join(" ");
  const [, file, line] = /^(.+?):(\d+)/.exec(place ?? "") ?? [];
  const origin = report.results.find(({ id }) => id === deployment)?.origin;
  const where = file === undefined ? fileOf(origin?.files) : { file, line: Number(line) };
  return {
    ruleId: rule,
    level,
    message: { text: plain(`${at ? `${at}: ` : ""}${[message, remedy].filter(Boolean).join(". ")}`) },
    ...located(where, deployment, prefix),
    partialFingerprints: fingerprint(rule, deployment ?? "", address ?? "", message),
  };
}

/** The own file of a deployment comes last in its files. */
function fileOf(files: readonly string[] = []): Where {
  return { file: files.at(-1) ?? "inventory/product.yaml", line: 1 };
}

function located(
  { file, line, column }: Where,
  deployment: string | undefined,
  prefix: string,
): Pick<Result, "locations"> {
  const uri = encodedPath(prefix + file);
  const region = {
    startLine: Math.max(1, line),
    ...(column === undefined || column < 1 ? {} : { startColumn: column }),
  };
  const physicalLocation: PhysicalLocation = { artifactLocation: { uri, uriBaseId: "%SRCROOT%" }, region };
  const logical =
    deployment === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: deployment, kind: "module" }] };
  return { locations: [{ physicalLocation, ...logical }] };
}

/** The same for the same thing in the next run, also when its line has moved. */
function fingerprint(...parts: readonly string[]): Record<string, string> {
  return { "infra/v1": createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32) };
}

function ruleOf({ verb }: Report, status: string): string {
  return status === "failed" ? `infra/${verb}` : `infra/${verb}-${status}`;
}

function rulesOf(report: Report, results: readonly Result[]): ReportingDescriptor[] {
  const own = new Map([
    [ruleOf(report, "failed"), `infra ${report.verb} fails`],
    [ruleOf(report, "waiting"), `infra ${report.verb} waits for another deployment`],
  ]);
  const ids = [...new Set(results.flatMap(({ ruleId }) => ruleId ?? []))].sort();
  return ids.map((id) => ({ id, shortDescription: { text: own.get(id) ?? `policy ${plain(id)}` } }));
}

import { createHash } from "node:crypto";
import type { Problem } from "@infra/inventory";
import type { Log, PhysicalLocation, ReportingDescriptor, Result } from "sarif";
import { type Finding, rules } from "@infra/policy";
import { encodedPath, plain } from "./plain.js";
import type { Report, ReportedDeployment } from "./report.js";

/** Where something is: a file of the repository, with slashes, and perhaps a line. */
interface Where {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

/**
 * The report as SARIF 2.1.0, for code scanning: what failed, and what the policy refuses, each at its inventory line.
 *
 * @param version Version of @infra/engine.
 * @param prefix Folder of the workspace in its repository, with a slash at its end, or empty
 */
export function renderSarif(report: Report, { version, prefix = "" }: { version: string; prefix?: string }): string {
  const results = [
    ...report.results.flatMap((result) => result.problems.map((problem) => ofProblem(report, result, problem, prefix))),
    ...report.results.flatMap((result) => (result.findings ?? []).map((finding) => ofFinding(result, finding, prefix))),
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

function ofFinding({ id, origin }: ReportedDeployment, finding: Finding, prefix: string): Result {
  const { rule, level, address, message, remedy, place } = finding;
  return {
    ruleId: rule,
    level,
    message: { text: plain(`${id} ${address}: ${message}. ${remedy}`) },
    ...located(place ?? fileOf(origin?.files), id, prefix),
    partialFingerprints: fingerprint(rule, id, address, message),
  };
}

/** The own file of a deployment comes last in its files. */
function fileOf(files: readonly string[] = []): Where {
  return { file: files.at(-1) ?? "inventory/product.yaml", line: 1 };
}

function located({ file, line, column }: Where, deployment: string, prefix: string): Pick<Result, "locations"> {
  const uri = encodedPath(prefix + file);
  const region = {
    startLine: Math.max(1, line),
    ...(column === undefined || column < 1 ? {} : { startColumn: column }),
  };
  const physicalLocation: PhysicalLocation = { artifactLocation: { uri, uriBaseId: "%SRCROOT%" }, region };
  return { locations: [{ physicalLocation, logicalLocations: [{ fullyQualifiedName: deployment, kind: "module" }] }] };
}

/** The same for the same thing in the next run, also when its line has moved. */
function fingerprint(...parts: readonly string[]): Record<string, string> {
  return { "infra/v1": createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32) };
}

function ruleOf({ verb }: Report, status: string): string {
  return status === "failed" ? `infra/${verb}` : `infra/${verb}-${status}`;
}

function rulesOf(report: Report, results: readonly Result[]): ReportingDescriptor[] {
  const texts = new Map([
    ...rules.map(({ id, demands }): [string, string] => [id, demands]),
    [ruleOf(report, "failed"), `infra ${report.verb} fails`],
    [ruleOf(report, "waiting"), `infra ${report.verb} waits for another deployment`],
  ]);
  const ids = [...new Set(results.flatMap(({ ruleId }) => ruleId ?? []))].sort();
  return ids.map((id) => ({ id, shortDescription: { text: texts.get(id) ?? `policy ${plain(id)}` } }));
}

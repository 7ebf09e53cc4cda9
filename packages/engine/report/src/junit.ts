import { formatProblem } from "@infra/inventory";
import { problemsIn, renderChanges } from "@infra/results";
import { pageOrder, sortByGroup } from "./groups.js";
import type { Report, ReportedDeployment } from "./report.js";
import { element, escaped } from "./xml.js";

/** The report as JUnit's XML: a deployment is a test case, which fails when the deployment did; one that waits is skipped. */
export function renderJunit(report: Report): string {
  const { verb, results, time } = report;
  const totals = {
    tests: results.length,
    failures: results.filter(({ status }) => status === "failed").length,
    errors: 0,
    skipped: results.filter(({ status }) => status === "waiting").length,
    time: seconds(results.reduce((sum, each) => sum + each.seconds, 0)),
  };
  const suite = element(
    "testsuite",
    { name: `infra ${verb}`, ...totals, ...(time === undefined ? {} : { timestamp: time.slice(0, 19) }) },
    sortByGroup(results, pageOrder)
      .map((result) => `\n    ${testCase(result, report)}`)
      .concat("\n  "),
  );
  const { tests, failures, errors, time: took } = totals;
  const suites = element("testsuites", { name: "infra", tests, failures, errors, time: took }, [`\n  ${suite}\n`]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${suites}\n`;
}

function testCase(result: ReportedDeployment, { verb }: Report): string {
  const { id, environment, status, changes } = result;
  const problems = problemsIn(result);
  const text = problems.map(formatProblem).join("\n");
  const message = problems[0]?.message ?? "";
  const changed = status === "changed" || status === "applied";
  const output =
    changed || changes.length > 0 ? renderChanges(changes, changed, verb === "drift" ? "drift" : "plan") : "";
  return element("testcase", { name: id, classname: `infra.${verb}.${environment}`, time: seconds(result.seconds) }, [
    ...(status === "failed" ? [element("failure", { message, type: "failed" }, [escaped(text)])] : []),
    ...(status === "waiting" ? [element("skipped", { message: text })] : []),
    ...(output ? [element("system-out", {}, [escaped(output)])] : []),
  ]);
}

function seconds(value: number): string {
  return value.toFixed(3);
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { validateXML } from "xmllint-wasm";
import { deployment, hostile, largeReport, reportOn, richReport } from "../../test/report-run.js";
import { renderJunit } from "./junit.js";
import type { Report } from "./report.js";

const schema = { fileName: "junit.xsd", contents: readFileSync(join(__dirname, "../test/junit.xsd"), "utf8") };

/** The same XML as libxml2 reads and writes it, after it has checked it. */
async function checked(report: Report): Promise<string> {
  const xml = { fileName: "report.xml", contents: renderJunit(report) };
  const { valid, errors, normalized } = await validateXML({ xml: [xml], schema: [schema], normalization: "format" });
  expect(errors.map(({ rawMessage }) => rawMessage)).toEqual([]);
  expect(valid).toBe(true);
  return normalized;
}

it("has a test case for each deployment: failed with its problems, skipped while it waits, passed with what changes", async () => {
  const xml = await checked(richReport());
  expect(xml).toContain('<testsuite name="infra plan" tests="9" failures="1" errors="0" skipped="1" time="11.250"');
  expect(xml).toMatch(
    /<testcase name="staging\/compute" classname="infra.plan.staging" time="1.250">\s*<failure message="&quot;medum&quot; is not a size" type="failed">/,
  );
  expect(xml).toMatch(
    /<testcase name="staging\/jobs"[^>]*>\s*<skipped message="staging\/compute was never applied. Apply it first"\/>/,
  );
  expect(xml).toMatch(/<testcase name="production\/jobs"[^>]*>\s*<system-out>\+ hcloud_server.compute_jobs_1/);
  expect(xml).toContain('<testcase name="production/network" classname="infra.plan.production" time="1.250"/>');
});

it("is XML whatever the texts are, and shows them as text", async () => {
  const results = hostile.map((text) =>
    deployment(`a/${text}`, {
      status: "failed",
      problems: [{ message: text, remedy: text }],
      changes: [{ address: text, action: "update", attributes: [{ path: text, before: text, after: text }] }],
    }),
  );
  const xml = await checked(reportOn(results));
  expect(xml).toContain("&lt;script&gt;globalThis.hacked = 1&lt;/script&gt;");
  expect(xml).toContain("]]&gt;&amp;amp;&lt;![CDATA[");
  expect(xml).not.toMatch(/<(script|img|h1)/);
});

it("is valid for no deployment and for 5,000", async () => {
  await checked(reportOn([]));
  expect((await checked(largeReport(5_000))).match(/<testcase /g)).toHaveLength(5_000);
});

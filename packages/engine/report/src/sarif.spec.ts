import { describe, expect, it } from "vitest";
import { z } from "zod";
import { deployment, finding, hostile, reportOn, richReport } from "../../test/report-run.js";
import type { Report } from "./report.js";
import { renderSarif } from "./sarif.js";

const text = z.strictObject({ text: z.string().min(1) });
const positive = z.int().min(1);

/** What the standard and GitHub's code scanning ask for, for what these reports hold. */
const sarif = z.strictObject({
  $schema: z.literal("https://json.schemastore.org/sarif-2.1.0.json"),
  version: z.literal("2.1.0"),
  runs: z
    .array(
      z.strictObject({
        tool: z.strictObject({
          driver: z.strictObject({
            name: z.string().min(1),
            version: z.string().min(1),
            informationUri: z.url(),
            rules: z.array(z.strictObject({ id: z.string().min(1), shortDescription: text })),
          }),
        }),
        automationDetails: z.strictObject({ id: z.string().regex(/\/$/) }),
        columnKind: z.enum(["utf16CodeUnits", "unicodeCodePoints"]),
        results: z.array(
          z.strictObject({
            ruleId: z.string().min(1),
            level: z.enum(["none", "note", "warning", "error"]),
            message: text,
            locations: z
              .array(
                z.strictObject({
                  physicalLocation: z.strictObject({
                    artifactLocation: z.strictObject({
                      uri: z.string().regex(/^[\w.~!*'()%/-]+$/),
                      uriBaseId: z.literal("%SRCROOT%"),
                    }),
                    region: z.strictObject({ startLine: positive, startColumn: positive.optional() }),
                  }),
                  logicalLocations: z
                    .array(z.strictObject({ fullyQualifiedName: z.string(), kind: z.literal("module") }))
                    .optional(),
                }),
              )
              .length(1),
            partialFingerprints: z.record(z.string(), z.string().min(1)),
          }),
        ),
      }),
    )
    .length(1),
});

function read(report: Report, prefix = "") {
  const { runs } = sarif.parse(JSON.parse(renderSarif(report, { version: "1.0.0", prefix })));
  const [run] = runs;
  const rules = run!.tool.driver.rules.map(({ id }) => id);
  expect(new Set(run!.results.map(({ ruleId }) => ruleId))).toEqual(new Set(rules));
  expect(new Set(rules).size).toBe(rules.length);
  return run!;
}

const where = (result: ReturnType<typeof read>["results"][number]) => result.locations[0]!.physicalLocation;

describe("SARIF", () => {
  it("names what failed at its inventory line, and what the policy refuses", () => {
    const { results } = read(richReport(), "products/acme/");
    const [size, , waits] = results;
    expect(size).toMatchObject({ ruleId: "infra/plan", level: "error" });
    expect(size!.message.text).toBe('staging/compute: groups.web.size: "medum" is not a size. Did you mean "medium"?');
    expect(where(size!)).toMatchObject({
      artifactLocation: { uri: "products/acme/inventory/staging/compute.yaml" },
      region: { startLine: 14, startColumn: 11 },
    });
    expect(waits).toMatchObject({ ruleId: "infra/plan-waiting", level: "note" });
    expect(where(waits!).artifactLocation.uri).toBe("products/acme/inventory/staging/jobs.yaml");
    const refused = results.find(({ ruleId }) => ruleId === "open-ssh");
    expect(refused!.message.text).toContain("staging/compute hcloud_firewall.compute: SSH is open to the internet");
    expect(where(refused!).region.startLine).toBe(30);
  });

  it("gives the same thing the same fingerprint when its line has moved, and no two things the same", () => {
    const failing = (line: number) =>
      reportOn([
        deployment("a/b", {
          status: "failed",
          problems: [{ message: "wrong", remedy: "Mend it", place: { file: "a/b.yaml", line, column: 1 } }],
        }),
      ]);
    const print = (report: Report) =>
      read(report).results.map(({ partialFingerprints }) => partialFingerprints["infra/v1"]);
    expect(print(failing(1))).toEqual(print(failing(9)));
    const all = print(richReport());
    expect(new Set(all).size).toBe(all.length);
  });

  it("is valid for no problem, and whatever the texts are", () => {
    expect(read(reportOn([deployment("a/b")])).results).toEqual([]);
    const results = hostile.map((each) =>
      deployment(`a/${each}`, {
        status: "failed",
        problems: [{ message: each, remedy: each, place: { file: each, line: 0, column: 0 } }],
        findings: [finding(each, { address: each, message: each, place: { file: each, line: 0, column: 0 } })],
      }),
    );
    expect(read(reportOn(results)).results).toHaveLength(2 * hostile.length);
  });
});

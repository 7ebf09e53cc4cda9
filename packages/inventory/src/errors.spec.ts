import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatProblem, formatProblemWithFrame, InfraError, suggest } from "./errors.js";

describe("formatProblem", () => {
  it("gives place, path, value, rule and remedy on one line", () => {
    const place = { file: "inventory/production/compute.yaml", line: 14, column: 11 };
    const text = formatProblem({
      message: '"medum" is not a known size',
      remedy: 'Did you mean "medium"?',
      path: "groups.web.size",
      place,
    });
    expect(text).toBe(
      'inventory/production/compute.yaml:14:11 groups.web.size: "medum" is not a known size. Did you mean "medium"?',
    );
  });

  it("shows the lines around the place", () => {
    const folder = mkdtempSync(join(tmpdir(), "errors-"));
    const file = join(folder, "x.yaml");
    writeFileSync(file, "a: 1\nsize: medum\nb: 2\n");
    const text = formatProblemWithFrame({
      message: "wrong",
      remedy: "Mend it",
      place: { file, line: 2, column: 7, endColumn: 12 },
    });
    rmSync(folder, { recursive: true });
    expect(text).toContain("> 2 | size: medum\n    |       ^^^^^");
  });
});

describe("InfraError", () => {
  it("has every problem in its message", () => {
    const error = new InfraError([
      { message: "one", remedy: "Do this" },
      { message: "two", remedy: "Do that" },
    ]);
    expect(error.message).toBe("one. Do this\ntwo. Do that");
  });
});

describe("suggest", () => {
  it.each([
    ["medum", ["small", "medium", "large"], 'Did you mean "medium"?'],
    ["Medium", ["small", "medium"], 'Did you mean "medium"?'],
    ["gigantic", ["small", "medium"], "Use one of: small, medium"],
    ["x", [], "Remove it"],
  ])("of %j among %j says %j", (value, candidates, expected) => {
    expect(suggest(value, candidates)).toBe(expected);
  });
});

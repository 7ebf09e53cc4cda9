import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatProblem, formatProblemWithFrame, InfraError, problemsOfError, suggest } from "./errors.js";

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

describe("problemsOfError", () => {
  const thrown = (action: () => unknown): unknown => {
    try {
      action();
    } catch (error) {
      return error;
    }
    throw new Error("nothing was thrown");
  };

  it("says of an unexpected error in one line what was being done, with its stack in the details only", () => {
    const [problem] = problemsOfError(new TypeError("x is not iterable\nat all"), "synth of production/web");
    expect(problem?.message).toBe("unexpected: synth of production/web: TypeError: x is not iterable");
    expect(problem?.remedy).toContain("--verbose");
    expect(problem?.details).toContain("errors.spec");
    expect(formatProblemWithFrame(problem ?? { message: "", remedy: "" })).not.toContain("errors.spec");
  });

  it.each([[undefined], [null], ["text"], [{ a: 1 }], [Object.create(null)]])("has a line for %o, too", (error) => {
    expect(problemsOfError(error, "plan")[0]?.message).toMatch(/^unexpected: plan: \S/);
  });

  it("leaves problems of the user as they are", () => {
    const problem = { message: "one", remedy: "Do this" };
    expect(problemsOfError(new InfraError([problem]), "plan")).toEqual([problem]);
  });

  it("names the file that cannot be written", () => {
    const error = thrown(() => {
      mkdirSync("/proc/nonexistent/folder");
    });
    const [problem] = problemsOfError(error, "synth of production/web");
    expect(problem?.message).toBe("synth of production/web: /proc/nonexistent/folder cannot be written (ENOENT)");
  });

  it("names the folder of temporary files, and the variable that says which", () => {
    const error = thrown(() => mkdtempSync("/nonexistent/infra-"));
    expect(problemsOfError(error)[0]).toMatchObject({
      message: "/nonexistent cannot be written (ENOENT)",
      remedy: expect.stringContaining("TMPDIR") as string,
    });
  });
});

import { formatProblem, InfraError, loadInventory, type Problem } from "@infra/inventory";
import { synthesize } from "@infra/core";
import compute from "@infra/stack-compute";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { badInputs, writeBadInput } from "./bad-input.js";

const root = mkdtempSync(join(tmpdir(), "bad-input-"));

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe("an inventory that must be refused", () => {
  const cases = badInputs();

  it("has at least 45 kinds, each with a name of its own", () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(cases.length).toBeGreaterThanOrEqual(45);
  });

  it.each(cases.filter(({ layer }) => layer === "library").map((each) => [each.name, each] as const))(
    "%s: the message says value, rule, remedy and place",
    (name, each) => {
      const folder = join(root, name.replaceAll(/\W+/g, "-"));
      writeBadInput(each, folder);
      const { file, line, column, value, rule, remedy } = each.expect;
      const place = file === undefined ? undefined : `${join(folder, file)}:${String(line)}:${String(column)}`;
      const found = problemsOf(folder).map((problem) => ({
        place: problem.place && `${problem.place.file}:${String(problem.place.line)}:${String(problem.place.column)}`,
        text: formatProblem(problem),
      }));
      const hit = found.find(({ text }) => [value, rule, remedy].every((part) => text.includes(part)));
      expect(hit?.text, JSON.stringify(found, undefined, 1)).toBeDefined();
      expect(hit?.place).toBe(place);
    },
  );
});

function problemsOf(folder: string): readonly Problem[] {
  try {
    for (const deployment of loadInventory(folder).deployments) synthesize(deployment, compute);
  } catch (error) {
    if (error instanceof InfraError) return error.problems;
    throw error;
  }
  return [];
}

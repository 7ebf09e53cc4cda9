import { expect, it } from "vitest";
import { deployment } from "../../../test/report-run.js";
import type { RunResult } from "@infra/results";
import { compareCosts } from "./compare.js";

it("keeps what is known of a run when its costs are compared, but not the limits that it exceeds without a base", () => {
  const problems = [{ message: "too much", remedy: "Make it smaller" }];
  const run: RunResult = {
    verb: "cost",
    results: [deployment("production/net")],
    exitCode: 1,
    offline: true,
    notes: ["n"],
  };
  expect(compareCosts({ ...run, problems }, { results: [] }, [], false)).toEqual({ ...run, problems: [], exitCode: 0 });
});

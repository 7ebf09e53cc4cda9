import { expect, it } from "vitest";
import type { Report } from "./report.js";
import { renderReport } from "./table.js";

const report: Report = {
  machine: "2 × CPU",
  runs: 3,
  sections: [
    {
      title: "plan",
      figures: [
        {
          what: "engine part",
          value: 0.22,
          unit: "s",
          against: { what: "bare plan", value: 0.2 },
          aim: { of: "ratio", most: 1.05 },
        },
        { what: "memory", value: 101.4, unit: "MB", aim: { of: "value", most: 350 } },
        { what: "files", value: 1, unit: "" },
      ],
    },
  ],
};

it("shows each figure with what it is measured against, its aim, and whether that is met", () => {
  expect(renderReport(report)).toBe(
    [
      "measured                    infra    bare  ratio  aim           met",
      "",
      "plan",
      "  engine part / bare plan  0.22 s  0.20 s   1.10  ratio ≤ 1.05  NO",
      "  memory                   101 MB                 ≤ 350 MB      yes",
      "  files                         1",
      "",
      "1 of 2 aims met; medians of 3 runs, taken in turn; 2 × CPU",
    ].join("\n"),
  );
});

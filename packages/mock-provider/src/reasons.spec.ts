import { expect, test } from "vitest";
import { reasonTable, unexplained, unused } from "../test/reasons.js";

const table = reasonTable(
  JSON.stringify([
    {
      provider: "aws",
      reason: "Version 6 has a region for each resource.",
      differences: { "*": { region: "– → optional" }, aws_eip: { vpc: "optional bool → –" } },
    },
  ]),
);
const region = { type: "aws_vpc", path: "region", real: undefined, derived: "optional" };
const vpc = { type: "aws_eip", path: "vpc", real: "optional bool", derived: undefined };

test("a difference that a reason names, for its type or for all, is explained", () => {
  expect(unexplained([region, vpc], table)).toEqual([]);
  expect(unused([region, vpc], table)).toEqual([]);
});

test("a difference at another type, at another path or of another kind is not explained", () => {
  const others = [
    { ...vpc, type: "aws_lb" },
    { ...vpc, path: "region" },
    { ...vpc, real: "required bool" },
  ];
  expect(unexplained(others, table)).toHaveLength(3);
});

test("an entry without its difference is unused", () => {
  expect(unused([vpc], table)).toEqual(['["*","region","– → optional"]']);
  expect(unused([region], table)).toEqual(['["aws_eip","vpc","optional bool → –"]']);
});

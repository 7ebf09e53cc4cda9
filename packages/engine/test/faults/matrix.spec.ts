import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, it } from "vitest";
import { filesIn } from "@infra/io";

const repository = join(__dirname, "../../../..");

it("make test-faults runs every spec of the fault matrix", () => {
  const recipe = /^test-faults:.*\n((?:\t.*\n)+)/m.exec(readFileSync(join(repository, "Makefile"), "utf8"))?.[1] ?? "";
  const filters = recipe
    .replace(/^.*vitest run/s, "")
    .split(/[\s\\]+/)
    .filter(Boolean);
  const specs = filesIn(join(repository, "packages/engine"))
    .filter((file) => !/[\\/](?:node_modules|dist)[\\/]/.test(file))
    .filter((file) => file.endsWith(".spec.ts") && /\(\s*["`]fault \d+[:,]/.test(readFileSync(file, "utf8")))
    .map((file) => relative(repository, file));
  expect(specs.length).toBeGreaterThan(8);
  expect(specs.filter((spec) => !filters.some((filter) => spec.includes(filter)))).toEqual([]);
});

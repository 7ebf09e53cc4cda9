import { readmes } from "@infra/readme";
import { describe, expect, it } from "vitest";

describe("the READMEs of modules and stacks", async () => {
  it.each((await readmes()).map((each) => [each.path, each] as const))(
    "%s is current",
    (_path, { actual, expected }) => {
      expect(actual, "stale: run node tools/readme/dist/cli.js").toBe(expected);
    },
  );
});

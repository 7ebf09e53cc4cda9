import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkovChecks, rules } from "@infra/policy";

const rows = readFileSync(join(__dirname, "../README.md"), "utf8").match(/^\| `[a-z-]+` .*$/gm) ?? [];

it.each(rules.map((rule) => [rule.id, rule] as const))(
  "the README says what %s demands, and what helps it",
  (id, rule) => {
    const row = rows.find((each) => each.startsWith(`| \`${id}\` `));
    expect(row).toContain(rule.demands);
    const checks = checkovChecks.filter(({ promise }) => promise === id).flatMap(({ ids }) => ids);
    expect((row?.match(/CKV2?_[A-Z]+_\d+/g) ?? []).sort()).toEqual(checks.sort());
  },
);

it("every check of Checkov helps a rule of ours", () => {
  expect(rules.map(({ id }) => id)).toEqual(expect.arrayContaining(checkovChecks.map(({ promise }) => promise)));
});

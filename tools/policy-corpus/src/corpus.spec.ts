import { providerNames } from "@infra/inventory";
import { ensureTool } from "@infra/toolchain";
import { beforeAll, describe, expect, it } from "vitest";
import { cloudOf, fixtures, planFixtures } from "../test/corpus.js";
import { checkovChecks, checkPlans, type Finding, rules } from "@infra/policy";

const found = new Map<string, { readonly bad: readonly Finding[]; readonly mended: readonly Finding[] }>();

beforeAll(async () => {
  const plans = await planFixtures();
  const all = await checkPlans(
    [...plans.values()].flatMap(({ bad, mended }) => [bad, mended]),
    {
      checkov: await ensureTool("checkov"),
    },
  );
  for (const [index, name] of [...plans.keys()].entries())
    found.set(name, { bad: all[2 * index] ?? [], mended: all[2 * index + 1] ?? [] });
}, 300_000);

describe.each(fixtures.map((fixture) => [fixture.name, fixture] as const))("%s", (name, fixture) => {
  const { refusedBy, address, also = [] } = fixture;

  it(`is refused by ${refusedBy}, at ${address}`, () => {
    const findings = found.get(name)!.bad;
    expect(findings.map((each) => `${each.rule} at ${each.address}`).sort()).toEqual(
      [`${refusedBy} at ${address}`, ...also].sort(),
    );
    for (const { message, remedy } of findings) expect(`${message}. ${remedy}.`).toMatch(/^\S.+[^.]\. [A-Z].*[^.]\.$/);
  });

  it("passes when just that is mended", () => {
    expect(found.get(name)!.mended).toEqual([]);
  });
});

describe("the known-bad plans", () => {
  const used = new Set(fixtures.map(({ refusedBy }) => refusedBy));

  it("are of every cloud", () => {
    expect([...new Set(fixtures.map(({ name }) => cloudOf(name)))].sort()).toEqual([...providerNames].sort());
  });

  it.each(rules.map(({ id }) => [id]))("have one that the rule %s refuses", (id) => {
    expect(used).toContain(id);
  });

  it.each(checkovChecks.map(({ promise, ids }) => [promise, ids.join(", "), ids] as const))(
    "have one for %s that one of %s refuses",
    (_promise, _text, ids) => {
      expect(ids.some((id) => used.has(id))).toBe(true);
    },
  );
});

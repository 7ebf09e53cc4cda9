import { providerNames } from "@infra/inventory";
import { ensureTool } from "@infra/toolchain";
import { beforeAll, describe, expect, it } from "vitest";
import { examples, inParallel, planOffline } from "../test/plans.js";
import { checkovChecks, checkPlans, type Finding, type PlanInput } from "@infra/policy";

/** Examples that ask for what a rule refuses, and the promise that they break on purpose. */
const meant: Readonly<Record<string, string>> = { "storage/website": "public-bucket" };

const inputs = new Map<string, PlanInput>();
const findings = new Map<string, readonly Finding[]>();

beforeAll(async () => {
  const planned = await inParallel(examples, async ({ synthesize }): Promise<PlanInput> => {
    const configuration = await synthesize();
    return { plan: await planOffline(configuration), configuration, isProtected: true };
  });
  const found = await checkPlans(planned, { checkov: await ensureTool("checkov") });
  for (const [index, { title }] of examples.entries()) {
    inputs.set(title, planned[index] as PlanInput);
    findings.set(title, found[index] ?? []);
  }
}, 300_000);

describe.each(providerNames.filter((name) => examples.some(({ provider }) => provider === name)))(
  "on %s",
  (provider) => {
    const own = examples.filter((example) => example.provider === provider);

    it.each(own.map(({ title, name }) => [title, name]))(
      "the plan of %s has nothing that a rule refuses",
      (title, name) => {
        const broken = findings.get(title)?.map((finding) => ({ ...finding, promise: promiseOf(finding) }));
        expect(broken?.filter(({ promise }) => promise !== meant[name])).toEqual([]);
        if (meant[name] !== undefined) expect(broken).not.toEqual([]);
      },
    );

    it("some example creates resources", () => {
      const plans = own.map(({ title }) => inputs.get(title)?.plan as { resource_changes: unknown[] });
      expect(plans.flatMap(({ resource_changes }) => resource_changes).length).toBeGreaterThan(0);
    });
  },
);

/** Our rule for what a check of Checkov refuses. */
function promiseOf({ rule }: Finding): string {
  return checkovChecks.find(({ ids }) => ids.includes(rule))?.promise ?? rule;
}

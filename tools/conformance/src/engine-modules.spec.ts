import { gapOf, type TerraformConfiguration } from "@infra/core";
import { type ProviderName, providerNames } from "@infra/inventory";
import { synthesizeIn } from "@infra/core/testing";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { synthesizeExample, withOutputs } from "./examples.js";
import { type ModuleCase, modules } from "./modules/index.js";
import { OfflineEngine } from "./offline-engine.js";

const init = ["init", "-no-color", "-input=false"];
const apply = ["apply", "-no-color", "-input=false", "-auto-approve"];
const plan = ["plan", "-no-color", "-input=false", "-detailed-exitcode"];

const pairs = modules.flatMap((each) => providerNames.map((provider) => [each.word, provider, each] as const));
const present = pairs.filter(([, provider, { adapters }]) => typeof adapters[provider] === "function");

/** What was shown of each feature: `compute/aws/volumes` → applied or refused. */
const shown = new Map<string, "applied" | "refused">();

async function withEngine<T>(
  configuration: TerraformConfiguration,
  use: (engine: OfflineEngine) => Promise<T>,
): Promise<T> {
  const engine = new OfflineEngine(await OfflineEngine.find(), configuration);
  try {
    return await use(engine);
  } finally {
    engine.remove();
  }
}

/** One deployment that uses every feature of a module that a cloud has, each in a construct of its own. */
function everyFeature(each: ModuleCase, provider: ProviderName, features: readonly string[]): TerraformConfiguration {
  const synthesis = synthesizeIn(provider, (stack) => {
    const built = features.map((feature) => each.build(stack, each.uses[feature] ?? {}, `${each.word}-${feature}`));
    return Object.assign({}, ...built) as Record<string, unknown>;
  });
  return withOutputs(each, synthesis);
}

describe.each(present)("%s on %s", (word, provider, each) => {
  const features = Object.keys(each.uses);
  const supported = features.filter((feature) => gapOf(each.adapters, provider, feature) === undefined);

  const has = (feature: string) => supported.includes(feature);

  it("is applied with every feature that is not refused, puts out all it promises, and then has nothing more to change", async () => {
    await withEngine(everyFeature(each, provider, supported), async (engine) => {
      const applied = await engine.run(init, apply);
      expect(applied.exitCode, applied.output).toBe(0);
      const { output } = await engine.run(["output", "-json"]);
      const outputs = JSON.parse(output) as Record<string, { value: unknown }>;
      for (const feature of supported) {
        const form = each.puts({ props: each.uses[feature] ?? {}, provider, has });
        const { error } = form.safeParse(outputs[`${word}-${feature}`]?.value);
        expect(error && z.prettifyError(error), feature).toBeUndefined();
      }
      const again = await engine.run(plan);
      expect(again.exitCode, again.output).toBe(0);
    });
    for (const feature of supported) shown.set(`${word}/${provider}/${feature}`, "applied");
  });

  const examples = each.examples.filter(({ refusedBy }) => !refusedBy?.includes(provider));
  if (examples.length > 0)
    it.each(examples.map(({ name }) => [name]))("its example %s is planned and applied", async (name) => {
      const synthesis = await synthesizeExample(each, name, provider);
      await withEngine(withOutputs(each, synthesis), async (engine) => {
        const applied = await engine.run(init, [...plan.slice(0, -1), "-out=plan"], ["apply", "-no-color", "plan"]);
        expect(applied.exitCode, applied.output).toBe(0);
      });
    });
});

describe("every feature of every module on every cloud", () => {
  const all = pairs.flatMap(([word, provider, each]) =>
    Object.keys(each.contract.features).map((feature) => ({
      key: `${word}/${provider}/${feature}`,
      each,
      provider,
      feature,
    })),
  );
  for (const { key, each, provider, feature } of all)
    if (gapOf(each.adapters, provider, feature)) shown.set(key, "refused");

  it("is either applied above or refused as declared: there is no third case", () => {
    expect([...shown.keys()].sort()).toEqual(all.map(({ key }) => key).sort());
  });
});

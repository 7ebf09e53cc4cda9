import { modules, OfflineEngine, synthesizeExample, withOutputs } from "@infra/conformance";
import { type ProviderName, providerNames } from "@infra/inventory";
import type { TerraformConfiguration } from "@infra/core";
import { availableParallelism } from "node:os";

/** An example of a module on a cloud that has it. */
export interface ExampleOnCloud {
  /** `compute/groups on aws`. */
  readonly title: string;
  /** `compute/groups`. */
  readonly name: string;
  readonly provider: ProviderName;
  readonly synthesize: () => Promise<TerraformConfiguration>;
}

/** Every example of every module on every cloud that does not refuse it. */
export const examples: readonly ExampleOnCloud[] = modules.flatMap((each) =>
  each.examples.flatMap(({ name, refusedBy }) =>
    providerNames
      .filter((provider) => typeof each.adapters[provider] === "function" && !refusedBy?.includes(provider))
      .map((provider) => ({
        title: `${each.word}/${name} on ${provider}`,
        name: `${each.word}/${name}`,
        provider,
        synthesize: async () => withOutputs(each, await synthesizeExample(each, name, provider)),
      })),
  ),
);

/** Plans a configuration with the real engine and emulated clouds. @returns what `show -json` prints, parsed */
export async function planOffline(configuration: TerraformConfiguration): Promise<unknown> {
  const engine = new OfflineEngine(await OfflineEngine.find(), configuration);
  try {
    const plan = ["plan", "-no-color", "-input=false", "-out=plan"];
    const { exitCode, output } = await engine.run(plan, ["show", "-json", "plan"]);
    if (exitCode !== 0) throw new Error(output);
    return JSON.parse(output);
  } finally {
    engine.remove();
  }
}

/** Does something to all items, as many at once as there are cores; the answers are in the order of the items. */
export async function inParallel<T, R>(items: readonly T[], action: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Map<number, R>();
  const queue = [...items.entries()];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) results.set(next[0], await action(next[1]));
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), items.length) }, work));
  return items.map((_, index) => results.get(index) as R);
}
